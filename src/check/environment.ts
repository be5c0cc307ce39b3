/** The environment of a process: fixed, its sandbox's, its own, and what it takes over. Pure. */

import { FIXED_ENV } from "../base/process-defaults.ts";
import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { entriesOf, entryOf, get, type Node, textOf } from "../spec/node.ts";
import { stringsOf } from "./values.ts";

type Pair = readonly [name: string, value: string];

const FIXED_PAIRS: readonly Pair[] = Object.entries(FIXED_ENV);

/** The environment that a sandbox gives its processes, sorted, by sandbox. */
const sandboxEnvs = new WeakMap<Node, readonly Pair[]>();

function sandboxEnvOf(sandbox: Node): readonly Pair[] {
  const known = sandboxEnvs.get(sandbox);
  if (known !== undefined) return known;
  const pairs = merged(FIXED_PAIRS, get(sandbox, "env"), inheritedOf(sandbox, null));
  sandboxEnvs.set(sandbox, pairs);
  return pairs;
}

function byName([a]: Pair, [b]: Pair): number {
  return a < b ? -1 : 1;
}

export function envOf(sandbox: Node, map: Node | null): readonly Pair[] {
  const own = get(map, "env");
  // Most processes say nothing of their own: then they share one list.
  if (own === null && get(map, "inherit_env") === null) return sandboxEnvOf(sandbox);
  return merged(sandboxEnvOf(sandbox), own, inheritedOf(sandbox, map));
}

/** Sorted. The pairs that are taken over as they are stay the same records, for thousands of processes. */
function merged(around: readonly Pair[], node: Node | null, inherited: readonly string[]): Pair[] {
  const pairs = around.filter(([name]) => entryOf(node, name) === null);
  for (const { key, value } of entriesOf(node)) {
    const isFlag = value.kind === "scalar" && typeof value.value === "boolean";
    pairs.push([key, isFlag ? String(value.value) : (textOf(value) ?? "")]);
  }
  const without = new Set(inherited);
  const all = without.size === 0 ? pairs : pairs.filter(([name]) => !without.has(name));
  // A copy has no spare capacity, as a list that was filtered or added to has.
  return all.toSorted(byName);
}

const NO_NAMES: readonly string[] = [];

/** Names taken from the caller's environment, sorted. */
export function inheritedOf(sandbox: Node, map: Node | null): readonly string[] {
  if (get(sandbox, "inherit_env") === null && get(map, "inherit_env") === null) return NO_NAMES;
  const own = new Set(entriesOf(get(map, "env")).map(({ key }) => key));
  const shared = stringsOf(get(sandbox, "inherit_env")).filter((name) => !own.has(name));
  return [...new Set([...shared, ...stringsOf(get(map, "inherit_env"))])].toSorted();
}

/** What is wrong with the names in a sandbox's or process's own `env` and `inherit_env`. */
export function checkEnv(node: Node | null, diagnostics: Diagnostic[]): void {
  const variables = entriesOf(get(node, "env"));
  for (const { key, keySpan } of variables) {
    checkName(key, keySpan, (name) => `write the name alone: \`${name}: …\``, diagnostics);
  }
  const names = get(node, "inherit_env");
  if (names === null) return;
  const set = new Map(variables.map(({ key, keySpan }) => [key, keySpan]));
  const spansByName = new Map<string, Span>();
  for (const item of names.kind === "list" ? names.items : []) {
    const name = textOf(item);
    if (name === null) continue;
    checkName(
      name,
      item.span,
      (own) => `write \`${own}\` alone, and its value in \`env\``,
      diagnostics,
    );
    const other = set.get(name) ?? spansByName.get(name);
    if (other !== undefined) {
      const message = `"${name}" is ${set.has(name) ? "both set and inherited" : "inherited twice"}`;
      diagnostics.push(
        diagnostic("SBX2306", item.span, message, {
          related: [{ span: other, label: set.has(name) ? "set here" : "the first time" }],
          help: set.has(name) ? "remove it from `env` or from `inherit_env`" : "name it once",
        }),
      );
    }
    spansByName.set(name, item.span);
  }
}

/** `pairHelp` is for `NAME=value`, by its name. */
function checkName(
  name: string,
  span: Span,
  pairHelp: (name: string) => string,
  diagnostics: Diagnostic[],
): void {
  if (name !== "" && !/[=\0]/.test(name)) return;
  const pair = /^([^=]+)=/.exec(name)?.[1];
  diagnostics.push(
    diagnostic("SBX2307", span, `"${name}" cannot name a variable`, {
      help: pair === undefined ? "use letters, digits and `_`" : pairHelp(pair),
    }),
  );
}
