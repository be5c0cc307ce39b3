/** Text cut to a width, as a terminal counts it. Pure. */

/** `text`, or as much of it as fits before an `…`; colours are closed. Wide characters count two. */
export function cut(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  const short = Bun.sliceAnsi(text, 0, columns, "…");
  // A wide character at the edge is taken whole, and is then one too many.
  return Bun.stringWidth(short) <= columns ? short : Bun.sliceAnsi(text, 0, columns - 1, "…");
}
