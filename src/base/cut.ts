/** Truncates text to a width in terminal columns. Pure. */

/** `text`, or as much as fits before an `…`. Colours are closed; wide characters take two columns. */
export function cut(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  const short = Bun.sliceAnsi(text, 0, columns, "…");
  // sliceAnsi takes a wide character at the edge whole, which makes one column too many.
  return Bun.stringWidth(short) <= columns ? short : Bun.sliceAnsi(text, 0, columns - 1, "…");
}
