/** A list where a map is wanted, as other tools write one: the same as a map. Pure. */

import { flowText } from "./flow-text.ts";
import { foreignValue } from "./foreign-words.ts";
import { entriesOf, entryOf, type ListNode, type Node, textOf } from "./node.ts";

/** Longest map that a help repeats, in UTF-16 units. */
const SHOWN_LENGTH_MAX = 60;

/** What stands for a value that is too much for a help. */
const LEFT_OUT = "…";

/** `fallback` is the value of an item that is a name alone; null: such a list is no map. */
export function mapText({ items }: ListNode, fallback: string | null): string | null {
  const pairs = items.map((item) => pairOf(item, fallback));
  const [first] = pairs;
  if (!first || pairs.includes(null)) return null;
  const text = flowText(Object.fromEntries(pairs as (readonly [string, string])[]));
  return text.length <= SHOWN_LENGTH_MAX ? text : `{${first[0]}: ${first[1]}, …}`;
}

/** Names without a value, of a list of `NAME=value` and `NAME`. */
export function bareNames({ items }: ListNode): readonly string[] {
  return items
    .map(textOf)
    .filter((text) => text !== null && /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) as string[];
}

function pairOf(item: Node, fallback: string | null): readonly [string, string] | null {
  const text = textOf(item);
  if (text !== null) {
    const pair = /^([A-Za-z0-9_.-]+)[=:] *([^,{}[\]]*)$/.exec(text);
    if (pair !== null) return [pair[1] ?? "", pair[2] ?? ""];
    return fallback === null ? null : [text, fallback];
  }
  const name = textOf(entryOf(item, "name")?.value ?? null);
  if (name !== null) {
    const value = entryOf(item, "value")?.value ?? null;
    return [name, conditionOf(item) ?? valueText(value)];
  }
  const [only, ...others] = entriesOf(item);
  return only === undefined || others.length > 0 ? null : [only.key, valueText(only.value)];
}

function valueText(node: Node | null): string {
  return conditionOf(node) ?? textOf(node) ?? LEFT_OUT;
}

/** `{condition: service_healthy}` as one word of a spec; null: it is no such map. */
export function conditionOf(node: Node | null): string | null {
  const condition = textOf(entryOf(node, "condition")?.value ?? null);
  return condition === null ? null : (foreignValue(condition) ?? condition);
}
