/**
 * A tree as its author meant it. What is structurally wrong has been told; later checks see it
 * mended, so that one mistake gives one finding. Pure.
 */

import { type Entry, mapped, type Node } from "./node.ts";

export interface Mends {
  /** Nodes of which nothing more shall be said. */
  readonly holes: Set<Node>;
  /** The fields that misspelt ones were meant to be. */
  readonly keys: Map<Entry, string>;
}

export const noMends = (): Mends => ({ holes: new Set(), keys: new Map() });

/** The same node where nothing is to be mended. */
export function mended(node: Node, mends: Mends): Node {
  if (mends.holes.size + mends.keys.size === 0) return node;
  if (mends.holes.has(node)) {
    return { kind: "scalar", span: node.span, value: null, source: "", state: "hole" };
  }
  if (node.kind === "scalar") return node;
  if (node.kind === "list") {
    const items = mapped(node.items, (item) => mended(item, mends));
    return items === node.items ? node : { ...node, items };
  }
  const entries = mapped(node.entries, (entry): Entry => {
    const value = mended(entry.value, mends);
    const key = mends.keys.get(entry) ?? entry.key;
    return value === entry.value && key === entry.key ? entry : { ...entry, key, value };
  });
  return entries === node.entries ? node : { ...node, entries };
}
