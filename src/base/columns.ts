/** Cells in columns, as lines. Pure. */

import { cut } from "./cut.ts";

export type Align = "left" | "right";

/** No line is wider than `columns` or ends with a space. A row that is text spans all columns. */
export function columnLines(
  rows: readonly (readonly string[] | string)[],
  aligns: readonly Align[],
  columns: number,
): string[] {
  const widths = aligns.map((_, column) =>
    rows.reduce<number>(
      (most, row) =>
        typeof row === "string" ? most : Math.max(most, Bun.stringWidth(row[column] ?? "")),
      0,
    ),
  );
  const line = (row: readonly string[]) => row.map((cell, column) => padded(cell, column));
  return rows.map((row) => {
    const text = typeof row === "string" ? row : line(row).join("  ");
    return cut(text.trimEnd(), columns);
  });

  function padded(cell: string, column: number): string {
    const padding = " ".repeat(Math.max(0, (widths[column] ?? 0) - Bun.stringWidth(cell)));
    return aligns[column] === "right" ? padding + cell : cell + padding;
  }
}
