/** Finds a cursor's position in a spec, even in a half-written one. Pure. */

import * as YAML from "yaml";

export interface Cursor {
  /** Keys and item numbers from the root down to the cursor. */
  readonly path: readonly (string | number)[];
  /** Whether the cursor is in a key of the map at `path`; else in the value at `path`. */
  readonly isKey: boolean;
  /** The part of the word before the cursor. */
  readonly before: string;
  /** The other keys of the map at `path`; empty for a value. */
  readonly siblings: readonly string[];
}

/** Inserted at the cursor, so that the parsed tree shows where it is. */
const MARK = "q1z9sandbox";

/** All possible positions: a lone word may be a value or the first key of a map. */
export function cursorsAt(text: string, offset: number): Cursor[] {
  const marked = `${text.slice(0, offset)}${MARK}${text.slice(offset)}`;
  const document = YAML.parseDocument(marked, { uniqueKeys: false, stringKeys: true });
  const cursors: Cursor[] = [];
  const visit = (node: unknown, path: readonly (string | number)[]): void => {
    if (cursors.length > 0) return;
    if (YAML.isScalar(node)) {
      const before = beforeMark(node);
      if (before === null) return;
      cursors.push({ path, isKey: false, before, siblings: [] });
      cursors.push({ path, isKey: true, before, siblings: [] });
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
          cursors.push({ path, isKey: true, before, siblings });
          return;
        }
        visit(pair.value, [...path, key]);
      }
    }
  };
  visit(document.contents, []);
  return cursors;
}

function beforeMark(scalar: YAML.Scalar): string | null {
  const text = String(scalar.value ?? "");
  const at = text.indexOf(MARK);
  return at < 0 ? null : text.slice(0, at);
}
