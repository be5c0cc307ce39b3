/** A YAML document as plain nodes that know their place: what all checks read. */

import type { Span } from "../base/span.ts";
import type { Field } from "./schema.ts";

export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly span: Span;
  /** In source order, merged entries after own ones; each key once. */
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

export interface ListNode {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Node[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly span: Span;
  readonly value: string | number | boolean | null;
  /** As it stands in the file: octal numbers, quotes, the lines of a block. */
  readonly source: string;
  /**
   * `deferred`: holds `${replica}` or `${nest}`, known only for each instance. `poisoned`: could not be
   * worked out, which has been reported; no check says more of it.
   */
  readonly state?: "deferred" | "poisoned";
  /** It has the value of an expression: also a number or truth value is text where text is wanted. */
  readonly isMade?: true;
}

/** A field of the schema, so that one which is misspelt here does not compile. */
export function get(node: Node | null, key: Field): Node | null {
  return entryOf(node, key)?.value ?? null;
}

export function entryOf(node: Node | null, key: string): Entry | null {
  if (node?.kind !== "map") return null;
  if (node.entries.length > FEW_ENTRIES) return indexOf(node).get(key) ?? null;
  for (const entry of node.entries) if (entry.key === key) return entry;
  return null;
}

/** Entries that are compared one by one. */
const FEW_ENTRIES = 32;

const indexes = new WeakMap<MapNode, ReadonlyMap<string, Entry>>();

function indexOf(node: MapNode): ReadonlyMap<string, Entry> {
  const known = indexes.get(node);
  if (known !== undefined) return known;
  const index = new Map(node.entries.map((entry) => [entry.key, entry] as const));
  indexes.set(node, index);
  return index;
}

/** Entries but the `x-` ones, which belong to the spec's author. */
export function entriesOf(node: Node | null): readonly Entry[] {
  return node?.kind === "map" ? node.entries.filter(({ key }) => !key.startsWith("x-")) : [];
}

export function textOf(node: Node | null): string | null {
  if (node?.kind !== "scalar" || node.state !== undefined) return null;
  if (typeof node.value === "string") return node.value;
  return typeof node.value === "number" || node.isMade === true ? node.source : null;
}

/** Offset up to which a part is looked for in a text with escapes or line breaks. UTF-16 units. */
const SPAN_OFFSET_MAX = 16_384;

/** The span of `[start, end)` of a text's value, in UTF-16 units; of the whole where that is not known. */
export function spanIn(node: ScalarNode, start: number, end: number): Span {
  const { span, source } = node;
  const text = String(node.value);
  const quotes = span.end - span.start - text.length;
  if (quotes === 0 || (quotes === 2 && /^["']/.test(source))) {
    const first = span.start + quotes / 2;
    return { ...span, start: first + start, end: first + end };
  }
  if (start > SPAN_OFFSET_MAX) return span;
  const part = text.slice(start, end);
  // The header of a block is none of its text.
  const isBlock = /^[|>]/.test(source) && source !== text;
  let at = (isBlock ? source.indexOf("\n") : 0) - 1;
  for (
    let from = text.indexOf(part);
    from <= start && from >= 0;
    from = text.indexOf(part, from + 1)
  ) {
    at = source.indexOf(part, at + 1);
    if (at < 0) return span;
  }
  return { ...span, start: span.start + at, end: span.start + at + part.length };
}

/** Whether the value is not known here: it is poisoned, or known only later. */
export function isOpen(node: Node | null): boolean {
  return node?.kind === "scalar" && node.state !== undefined;
}

/** Any number as it was read: also one that is no integer, or too large to be exact. */
export function numberOf(node: Node | null): number | null {
  return node?.kind === "scalar" && typeof node.value === "number" ? node.value : null;
}

export function integerOf(node: Node | null): number | null {
  if (node?.kind !== "scalar" || typeof node.value !== "number") return null;
  return Number.isSafeInteger(node.value) ? node.value : null;
}

/** As `map`, but gives the list itself back where no item has changed. */
export function mapped<Item>(
  items: readonly Item[],
  change: (item: Item) => Item,
): readonly Item[] {
  let changed: Item[] | null = null;
  items.forEach((item, index) => {
    const made = change(item);
    if (made === item) return;
    changed ??= [...items];
    changed[index] = made;
  });
  return changed ?? items;
}
