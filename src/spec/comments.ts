/** Comments of a YAML document: which node each belongs to, by its column. Pure. */

import * as YAML from "yaml";

/** All comments of a text as they are written, `#` included, in order. */
export function commentsOf(text: string): string[] {
  const comments: string[] = [];
  let isScalar = false;
  for (const token of new YAML.Lexer().lex(text)) {
    if (!isScalar && token.startsWith("#")) comments.push(token.trimEnd());
    isScalar = token === SCALAR_FOLLOWS;
  }
  return comments;
}

/** What the lexer puts before the text of a scalar. */
const SCALAR_FOLLOWS = "\x1f";

interface CommentLine {
  readonly column: number;
  /** Without `#`; null: an empty line. */
  readonly text: string | null;
}

type Collection = YAML.YAMLMap | YAML.YAMLSeq;

/**
 * The parser gives what stands behind a block to the innermost collection that ends there. A line
 * that is indented less than this one speaks of what comes next further out: it goes there.
 */
export function attachComments(document: YAML.Document, text: string): void {
  const rest = attachIn(document.contents, text);
  if (rest.length > 0) document.comment = joined([...rest, ...linesOf(document.comment)]);
}

/** Returns the lines that are not the node's own. */
function attachIn(node: unknown, text: string): CommentLine[] {
  if (!YAML.isCollection(node)) return [];
  const collection = node as Collection;
  let rest: CommentLine[] = [];
  for (const item of collection.items) {
    if (rest.length > 0) putBefore(YAML.isPair(item) ? item.key : item, rest);
    if (YAML.isPair(item)) keepWithKey(item, text);
    rest = attachIn(YAML.isPair(item) ? item.value : item, text);
  }
  const { range, comment } = collection;
  if (collection.flow || !range) return rest;
  // Either the last item has left some, or the parser gave them all to this collection.
  const lines = comment ? written(text.slice(range[1], range[2])) : rest;
  const column = range[0] - (text.lastIndexOf("\n", range[0] - 1) + 1);
  const from = lines.findIndex((line) => line.text !== null && line.column < column);
  if (from < 0) {
    if (!comment && lines.length > 0) collection.comment = joined(lines);
    return [];
  }
  // Empty lines before it stay with what moves.
  let at = from;
  while (at > 0 && lines[at - 1]?.text === null) at--;
  collection.comment = at === 0 ? null : joined(lines.slice(0, at));
  return lines.slice(at);
}

/** The parser gives what stands behind `key:` in its line to the value, which is in the next line. */
function keepWithKey({ key, value }: YAML.Pair, text: string): void {
  if (!YAML.isNode(key) || !YAML.isNode(value) || !value.commentBefore) return;
  const between = text.slice(key.range?.[1], value.range?.[0]);
  if (!/^[ \t]*:[^\n#]*[ \t]#/.test(between)) return;
  const [first, ...others] = value.commentBefore.split("\n");
  key.comment = first ?? null;
  value.commentBefore = others.length > 0 ? others.join("\n") : null;
}

function putBefore(node: unknown, lines: readonly CommentLine[]): void {
  if (!YAML.isNode(node)) return;
  const first = lines.findIndex(({ text }) => text !== null);
  if (first > 0) node.spaceBefore = true;
  const own = node.commentBefore ? [node.commentBefore] : [];
  node.commentBefore = [joined(lines.slice(first)), ...own].join("\n");
}

function joined(lines: readonly CommentLine[]): string {
  return lines.map(({ text }) => text ?? "").join("\n");
}

/** The whole lines of a part of the text that has nothing but comments. */
function written(part: string): CommentLine[] {
  const lines = part.split("\n").map((line): CommentLine => {
    const column = line.search(/\S/);
    return column < 0
      ? { column: 0, text: null }
      : { column, text: line.slice(column + 1).trimEnd() };
  });
  // The first is the end of the item's own line, the last what stands before the next token.
  return lines.slice(lines[0]?.text === null ? 1 : 0, -1);
}

function linesOf(comment: string | null | undefined): CommentLine[] {
  return comment
    ? [
        { column: 0, text: null },
        { column: 0, text: comment },
      ]
    : [];
}
