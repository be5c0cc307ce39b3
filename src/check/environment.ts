/** The environment of a process: fixed, its sandbox's, its own, and what it takes over. Pure. */

import { diagnostic } from "../diag/diagnostic.ts";
import { entriesOf, get, type Node, textOf } from "../spec/node.ts";
import { type Found, stringsOf } from "./values.ts";

/** What every process starts with, so that a run is the same wherever it is started. */
export const FIXED_ENV: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/",
  LANG: "C.UTF-8",
};

const FIXED_PAIRS = Object.entries(FIXED_ENV);

/** Of sandboxes: what their processes have before they say something themselves, sorted. */
const boxEnvs = new WeakMap<Node, readonly (readonly [string, string])[]>();

function boxEnvOf(box: Node): readonly (readonly [string, string])[] {
  const known = boxEnvs.get(box);
  if (known !== undefined) return known;
  const env = new Map(FIXED_PAIRS);
  addEnv(env, get(box, "env"), []);
  for (const name of inheritedNames(box, null)) env.delete(name);
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
  found: Found,
): readonly (readonly [name: string, value: string])[] {
  const own = get(map, "env");
  // Most processes say nothing of their own: then they share one list.
  if (own === null && get(map, "inherit_env") === null) return boxEnvOf(box);
  const env = new Map(boxEnvOf(box));
  addEnv(env, own, found);
  for (const name of inheritedNames(box, map)) env.delete(name);
  return [...env].toSorted(byName);
}

function addEnv(env: Map<string, string>, node: Node | null, report: Found): void {
  for (const { key, keySpan, value } of entriesOf(node)) {
    if (key === "" || key.includes("=")) {
      report.push(
        diagnostic("SBX2307", keySpan, `"${key}" cannot name a variable`, {
          help: "use letters, digits and `_`",
        }),
      );
    }
    const isFlag = value.kind === "scalar" && typeof value.value === "boolean";
    env.set(key, isFlag ? String(value.value) : (textOf(value) ?? ""));
  }
}

function inheritedNames(box: Node, map: Node | null): string[] {
  if (get(box, "inherit_env") === null && get(map, "inherit_env") === null) return [];
  const own = new Set(entriesOf(get(map, "env")).map(({ key }) => key));
  const shared = stringsOf(get(box, "inherit_env")).filter((name) => !own.has(name));
  return [...new Set([...shared, ...stringsOf(get(map, "inherit_env"))])].toSorted();
}

export function inheritedOf(box: Node, map: Node | null, found: Found): string[] {
  if (get(box, "inherit_env") === null && get(map, "inherit_env") === null) return [];
  const ignored: Found = [];
  const both: [Node | null, Found][] = [
    [box, ignored],
    [map, found],
  ];
  for (const [node, list] of both) {
    const names = get(node, "inherit_env");
    const set = new Set(entriesOf(get(node, "env")).map(({ key }) => key));
    if (names?.kind !== "list") continue;
    for (const item of names.items) {
      if (!set.has(textOf(item) ?? "")) continue;
      list.push(
        diagnostic("SBX2306", item.span, `"${textOf(item)}" is both set and inherited`, {
          help: "remove it from `env` or from `inherit_env`",
        }),
      );
    }
  }
  return inheritedNames(box, map);
}
