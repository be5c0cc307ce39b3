/**
 * A tree as its author meant it. Its structural mistakes have been reported; later checks see it
 * corrected, so that one mistake gives one finding. Pure.
 */

import { type Entry, mapped, type Node } from "./node.ts";

export interface Corrections {
  /** Nodes that must cause no further finding. */
  readonly poisoned: Set<Node>;
  /** The fields that misspelt ones were meant to be. */
  readonly keys: Map<Entry, string>;
}

export const noCorrections = (): Corrections => ({ poisoned: new Set(), keys: new Map() });

/** The same node where nothing is to be corrected. */
export function applyCorrections(node: Node, corrections: Corrections): Node {
  if (corrections.poisoned.size + corrections.keys.size === 0) return node;
  if (corrections.poisoned.has(node)) {
    return { kind: "scalar", span: node.span, value: null, source: "", state: "poisoned" };
  }
  if (node.kind === "scalar") return node;
  if (node.kind === "list") {
    const items = mapped(node.items, (item) => applyCorrections(item, corrections));
    return items === node.items ? node : { ...node, items };
  }
  const entries = mapped(node.entries, (entry): Entry => {
    const value = applyCorrections(entry.value, corrections);
    const key = corrections.keys.get(entry) ?? entry.key;
    return value === entry.value && key === entry.key ? entry : { ...entry, key, value };
  });
  return entries === node.entries ? node : { ...node, entries };
}
