/** The environment of a process: fixed, its sandbox's, its own, and what it takes over. Pure. */

import type { Span } from "../base/span.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import { entriesOf, get, type Node, textOf } from "../spec/node.ts";
import { type Found, stringsOf } from "./values.ts";

/** What every process starts with, so that a run is the same wherever it is started. */
export const FIXED_ENV: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/tmp",
  LANG: "C.UTF-8",
};

const FIXED_PAIRS = Object.entries(FIXED_ENV);

/** Of sandboxes: what their processes have before they say something themselves, sorted. */
const boxEnvs = new WeakMap<Node, readonly (readonly [string, string])[]>();

function boxEnvOf(box: Node): readonly (readonly [string, string])[] {
  const known = boxEnvs.get(box);
  if (known !== undefined) return known;
  const env = new Map(FIXED_PAIRS);
  addEnv(env, get(box, "env"));
  for (const name of inheritedOf(box, null)) env.delete(name);
  const pairs = [...env].toSorted(byName);
  boxEnvs.set(box, pairs);
  return pairs;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

export function envOf(
  box: Node,
  map: Node | null,
): readonly (readonly [name: string, value: string])[] {
  const own = get(map, "env");
  // Most processes say nothing of their own: then they share one list.
  if (own === null && get(map, "inherit_env") === null) return boxEnvOf(box);
  const env = new Map(boxEnvOf(box));
  addEnv(env, own);
  for (const name of inheritedOf(box, map)) env.delete(name);
  return [...env].toSorted(byName);
}

function addEnv(env: Map<string, string>, node: Node | null): void {
  for (const { key, value } of entriesOf(node)) {
    const isFlag = value.kind === "scalar" && typeof value.value === "boolean";
    env.set(key, isFlag ? String(value.value) : (textOf(value) ?? ""));
  }
}

/** Names taken from the caller's environment, sorted. */
export function inheritedOf(box: Node, map: Node | null): string[] {
  if (get(box, "inherit_env") === null && get(map, "inherit_env") === null) return [];
  const own = new Set(entriesOf(get(map, "env")).map(({ key }) => key));
  const shared = stringsOf(get(box, "inherit_env")).filter((name) => !own.has(name));
  return [...new Set([...shared, ...stringsOf(get(map, "inherit_env"))])].toSorted();
}

/** What is wrong with the names in a sandbox's or process's own `env` and `inherit_env`. */
export function checkEnv(node: Node | null, found: Found): void {
  const set = new Map(entriesOf(get(node, "env")).map(({ key, keySpan }) => [key, keySpan]));
  for (const [name, span] of set) checkName(name, span, found);
  const names = get(node, "inherit_env");
  const places = new Map<string, Span>();
  for (const item of names?.kind === "list" ? names.items : []) {
    const name = textOf(item);
    if (name === null) continue;
    checkName(name, item.span, found);
    const other = set.get(name) ?? places.get(name);
    if (other !== undefined) {
      const message = `"${name}" is ${set.has(name) ? "both set and inherited" : "inherited twice"}`;
      found.push(
        diagnostic("SBX2306", item.span, message, {
          related: [{ span: other, label: set.has(name) ? "set here" : "the first time" }],
          help: set.has(name) ? "remove it from `env` or from `inherit_env`" : "name it once",
        }),
      );
    }
    places.set(name, item.span);
  }
}

function checkName(name: string, span: Span, found: Found): void {
  if (name !== "" && !/[=\0]/.test(name)) return;
  const pair = /^([^=]+)=/.exec(name)?.[1];
  found.push(
    diagnostic("SBX2307", span, `"${name}" cannot name a variable`, {
      help:
        pair === undefined
          ? "use letters, digits and `_`"
          : `write \`${pair}\` alone, and its value in \`env\``,
    }),
  );
}
