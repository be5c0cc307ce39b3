/** Breaks text into lines of a width. Pure. */

/**
 * At spaces, the lines after the first indented by `indent` columns. A word that is wider than a
 * line stands on one of its own.
 */
export function wrap(text: string, width: number, indent: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    const room = lines.length === 0 ? width : width - indent;
    if (line !== "" && Bun.stringWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => each.trimEnd()).join(`\n${" ".repeat(indent)}`);
}
