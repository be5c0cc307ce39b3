/** Breaks text into lines of a width. Pure. */

/**
 * Breaks at spaces and indents the lines after the first by `indent` columns. A word that is wider
 * than a line gets its own line.
 */
export function wrap(text: string, width: number, indent: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    const available = lines.length === 0 ? width : width - indent;
    if (line !== "" && Bun.stringWidth(longer) > available) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => each.trimEnd()).join(`\n${" ".repeat(indent)}`);
}
