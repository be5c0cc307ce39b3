/** A table of processes with their PID at each level, for plans and reports. Pure. */

import { columnLines } from "./columns.ts";
import { shortPath } from "./short-path.ts";

export interface PidRow {
  readonly path: string;
  /** PIDs by level from 0 on, as text; the last is at the process's own level. */
  readonly pids: readonly string[];
  /** The cells after the PIDs. */
  readonly rest: readonly string[];
}

export interface PidTable {
  /** The header, then a line for each row. */
  readonly lines: readonly string[];
  /** The levels without a column; null: all have one. */
  readonly hidden: { readonly first: number; readonly last: number } | null;
}

export interface PidTableLook {
  readonly columns: number;
  /** 1 where PIDs of level 0 are not known. */
  readonly firstLevel: number;
  /** Titles of the cells after the PIDs. */
  readonly rest: readonly string[];
}

/** Least width of the path, and of the last cell. */
const PATH_WIDTH_MIN = 24;
const LAST_WIDTH_MIN = 12;
const GAP = 2;

/**
 * Where not all levels fit, the first are shown, and a column of its own has the level and PID of
 * each process in its own namespace. A row that is text spans all columns.
 */
export function pidTable(rows: readonly (PidRow | string)[], look: PidTableLook): PidTable {
  const pathWidth = Math.max(PATH_WIDTH_MIN, Math.floor(look.columns / 3));
  const short = rows.map((row) =>
    typeof row === "string" ? row : { ...row, path: shortPath(row.path, pathWidth) },
  );
  const { levels, hidden } = shownLevels(short, look);
  const header = [
    "PROCESS",
    ...levels.map((level) => `L${level}`),
    ...(hidden === null ? [] : ["…", "OWN"]),
    ...look.rest,
  ];
  const cells = short.map((row) => (typeof row === "string" ? row : cellsOf(row)));
  const numbers = header.length - 1 - look.rest.length;
  const aligns = header.map((_, column) => (column >= 1 && column <= numbers ? "right" : "left"));
  return { lines: columnLines([header, ...cells], aligns, look.columns), hidden };

  function cellsOf({ path, pids, rest }: PidRow): string[] {
    const own = pids.length - 1;
    const shown = levels.map((level) => pids[level] ?? "·");
    return [path, ...shown, ...(hidden === null ? [] : ["…", `L${own} ${pids[own]}`]), ...rest];
  }
}

function shownLevels(
  rows: readonly (PidRow | string)[],
  { columns, firstLevel, rest }: PidTableLook,
): { levels: number[]; hidden: PidTable["hidden"] } {
  const processes = rows.filter((row) => typeof row !== "string");
  const widest = (least: number, textOf: (row: PidRow) => string) =>
    processes.reduce((most, row) => Math.max(most, Bun.stringWidth(textOf(row))), least);
  const deepest = processes.reduce((most, { pids }) => Math.max(most, pids.length - 1), 0);
  const all = Array.from({ length: Math.max(0, deepest + 1 - firstLevel) }, (_, at) => {
    return at + firstLevel;
  });
  const widths = all.map((level) => widest(`L${level}`.length, ({ pids }) => pids[level] ?? "·"));
  const restWidth = rest.map((title, at) =>
    at === rest.length - 1 ? LAST_WIDTH_MIN : widest(title.length, (row) => row.rest[at] ?? ""),
  );
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one + GAP, 0);
  const available = columns - widest("PROCESS".length, ({ path }) => path) - sum(restWidth);
  if (sum(widths) <= available) return { levels: all, hidden: null };
  const own = widest("OWN".length, ({ pids }) => `L${pids.length - 1} ${pids.at(-1)}`);
  let count = 1;
  while (sum([...widths.slice(0, count + 1), 1, own]) <= available) count++;
  const levels = all.slice(0, count);
  return { levels, hidden: { first: firstLevel + count, last: deepest } };
}
