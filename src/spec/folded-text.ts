/** Folded text (`>`) with the line breaks that its author made, at another column. Pure. */

import type * as YAML from "yaml";

/** With an indicator of its own the first line may begin with blanks. */
const PLAIN_HEADER = /^>[-+]?$/;

/** Null where it is no folded text, or one that has to be made anew. Source: YAML 1.2.2, section 8.1.3. */
export function foldedText(
  { type, srcToken, comment }: YAML.Scalar,
  indent: string,
  onComment?: () => void,
  onChompKeep?: () => void,
): string | null {
  if (type !== "BLOCK_FOLDED" || srcToken?.type !== "block-scalar") return null;
  const header = srcToken.props.find(({ type }) => type === "block-scalar-header");
  if (header === undefined || !("source" in header) || !PLAIN_HEADER.test(header.source))
    return null;
  const lines = srcToken.source.split("\n");
  const column = lines.find((line) => line.trim() !== "")?.search(/\S/) ?? 0;
  // What is less indented has only blanks, and is an empty line.
  const moved = lines.map((line) => (line.length > column ? indent + line.slice(column) : ""));
  const isKept = header.source.endsWith("+");
  const body = moved.join("\n");
  if (comment) onComment?.();
  if (isKept) onChompKeep?.();
  const first = comment ? `${header.source} #${comment}` : header.source;
  // The last line break is put by who writes the next line.
  return `${first}\n${isKept ? body.replace(/\n$/, "") : body.trimEnd()}`;
}
