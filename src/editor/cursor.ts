/** Where in a spec a cursor is, also in one that is only half written. Pure. */

import * as YAML from "yaml";

export interface Cursor {
  /** Keys and numbers of items from the root down to what is being written. */
  readonly path: readonly (string | number)[];
  /** Whether it is a key of the map at `path`; else it is the value at `path`. */
  readonly isKey: boolean;
  /** What stands before the cursor of the word that is being written. */
  readonly before: string;
  /** Keys that the map at `path` has already; empty for a value. */
  readonly siblings: readonly string[];
}

/** Stands for the word at the cursor, so that it has a place in the tree. */
const MARK = "q1z9sandbox";

/** All readings that make sense: a lone word in the place of a map may become its first key. */
export function cursorsAt(text: string, offset: number): Cursor[] {
  const marked = `${text.slice(0, offset)}${MARK}${text.slice(offset)}`;
  const document = YAML.parseDocument(marked, { uniqueKeys: false, stringKeys: true });
  const found: Cursor[] = [];
  const visit = (node: unknown, path: readonly (string | number)[]): void => {
    if (found.length > 0) return;
    if (YAML.isScalar(node)) {
      const before = beforeMark(node);
      if (before === null) return;
      found.push({ path, isKey: false, before, siblings: [] });
      found.push({ path, isKey: true, before, siblings: [] });
    } else if (YAML.isSeq(node)) {
      node.items.forEach((item, index) => {
        visit(item, [...path, index]);
      });
    } else if (YAML.isMap(node)) {
      for (const pair of node.items) {
        const before = YAML.isScalar(pair.key) ? beforeMark(pair.key) : null;
        const key = YAML.isScalar(pair.key) ? String(pair.key.value) : "";
        if (before !== null) {
          const siblings = node.items.flatMap(({ key: each }) =>
            YAML.isScalar(each) && each !== pair.key ? [String(each.value)] : [],
          );
          found.push({ path, isKey: true, before, siblings });
          return;
        }
        visit(pair.value, [...path, key]);
      }
    }
  };
  visit(document.contents, []);
  return found;
}

function beforeMark(scalar: YAML.Scalar): string | null {
  const text = String(scalar.value ?? "");
  const at = text.indexOf(MARK);
  return at < 0 ? null : text.slice(0, at);
}
