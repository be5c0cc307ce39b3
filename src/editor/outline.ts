/** The outline of a spec: sandboxes with what they hold, templates, parameters. Pure. */

import type { Span } from "../base/span.ts";
import { type Entry, entriesOf, entryOf, get, type Node, textOf } from "../spec/node.ts";
import type { Field } from "../spec/schema.ts";
import type { SymbolKind } from "./symbols.ts";

export interface OutlineItem {
  readonly kind: SymbolKind;
  readonly name: string;
  /** The whole entry; it holds `nameSpan` and the spans of `children`. */
  readonly span: Span;
  readonly nameSpan: Span;
  readonly children: readonly OutlineItem[];
}

/** In the order of the file; empty where it is none that has names. */
export function outlineOf(root: Node | null): OutlineItem[] {
  const name = entryOf(root, "sandbox");
  const shared = [...named(root, "params", "param"), ...named(root, "templates", "template")];
  if (root === null || name === null) return shared;
  const nameSpan = name.value.span;
  const title = textOf(name.value) ?? "";
  const children = inOrder([...shared, ...membersOf(root)]);
  return [{ kind: "sandbox", name: title, span: root.span, nameSpan, children }];
}

function membersOf(node: Node): OutlineItem[] {
  const sandboxes = entriesOf(get(node, "sandboxes")).map((entry) =>
    itemOf(entry, "sandbox", inOrder(membersOf(entry.value))),
  );
  return [...named(node, "processes", "process"), ...sandboxes];
}

function named(node: Node | null, field: Field, kind: SymbolKind): OutlineItem[] {
  return entriesOf(get(node, field)).map((entry) => itemOf(entry, kind, []));
}

function itemOf(
  { key, keySpan, value }: Entry,
  kind: SymbolKind,
  children: readonly OutlineItem[],
): OutlineItem {
  // The value of an alias, or of a merge key, stands elsewhere.
  const isHere = value.span.file === keySpan.file && value.span.start >= keySpan.end;
  const span = isHere ? { ...keySpan, end: value.span.end } : keySpan;
  const within = children.filter(
    (child) => span.start <= child.span.start && child.span.end <= span.end,
  );
  return { kind, name: key, span, nameSpan: keySpan, children: within };
}

function inOrder(items: readonly OutlineItem[]): OutlineItem[] {
  return items.toSorted((a, b) => a.span.start - b.span.start);
}
