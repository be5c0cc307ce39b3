/** A table of processes with their PID at each level, for plans and reports. Pure. */

import { columnLines } from "./columns.ts";
import { shortPath } from "./short-path.ts";

export interface PidRow {
  readonly path: string;
  /** PIDs by level from 0 on, as text; the last is at the process's own level. */
  readonly pids: readonly string[];
  /** Colours the PID at the own level; its width stays. */
  readonly paintOwn?: (text: string) => string;
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

/** Least width of the path where it fits, and of the last cell. */
const PATH_WIDTH_MIN = 24;
const LAST_WIDTH_MIN = 12;
/** A narrower path says nothing. */
const PATH_WIDTH_LEAST = 8;
const GAP = 2;

/**
 * Where not all levels fit, the first are shown, and a column of its own has the level and PID of
 * each process in its own namespace. Where that is still too much the last cell goes first, then the
 * end of the path, then all levels but the own. A row that is text spans all columns.
 */
export function pidTable(rows: readonly (PidRow | string)[], look: PidTableLook): PidTable {
  const usual = shortened(rows, Math.max(PATH_WIDTH_MIN, Math.floor(look.columns / 3)));
  const full = shownLevels(usual, look);
  // What stands between the path and the last cell is never cut.
  const left = look.columns - widthOf(usual, full, look);
  const short =
    left >= 0 ? usual : shortened(rows, Math.max(PATH_WIDTH_LEAST, pathWidth(usual) + left));
  const isTight = left < 0 && look.columns < widthOf(short, full, look);
  const { levels, hidden } = isTight ? withoutLevels(full, look) : full;
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

  function cellsOf({ path, pids, rest, paintOwn = (text) => text }: PidRow): string[] {
    const own = pids.length - 1;
    const shown = levels.map((level) => {
      const pid = pids[level] ?? "·";
      return level === own ? paintOwn(pid) : pid;
    });
    const ownCell = `L${own} ${paintOwn(pids[own] ?? "")}`;
    return [path, ...shown, ...(hidden === null ? [] : ["…", ownCell]), ...rest];
  }
}

interface ShownLevels {
  readonly levels: readonly number[];
  readonly hidden: PidTable["hidden"];
}

/** No level has a column but the own. */
function withoutLevels({ levels, hidden }: ShownLevels, { firstLevel }: PidTableLook): ShownLevels {
  const last = hidden?.last ?? levels.at(-1);
  return { levels: [], hidden: last === undefined ? null : { first: firstLevel, last } };
}

function shortened(rows: readonly (PidRow | string)[], width: number): (PidRow | string)[] {
  return rows.map((row) =>
    typeof row === "string" ? row : { ...row, path: shortPath(row.path, width) },
  );
}

function widestOf(
  rows: readonly (PidRow | string)[],
  least: number,
  textOf: (row: PidRow) => string,
): number {
  return rows.reduce<number>(
    (most, row) => (typeof row === "string" ? most : Math.max(most, Bun.stringWidth(textOf(row)))),
    least,
  );
}

function pathWidth(rows: readonly (PidRow | string)[]): number {
  return widestOf(rows, "PROCESS".length, ({ path }) => path);
}

/** Columns of all but the last cell, of which an `…` is left. */
function widthOf(
  rows: readonly (PidRow | string)[],
  { levels, hidden }: ShownLevels,
  { rest }: PidTableLook,
): number {
  const cells = [
    ...levels.map((level) => widestOf(rows, `L${level}`.length, ({ pids }) => pids[level] ?? "·")),
    ...(hidden === null ? [] : [1, ownWidth(rows)]),
    ...rest
      .slice(0, -1)
      .map((title, at) => widestOf(rows, title.length, (row) => row.rest[at] ?? "")),
  ];
  const ellipsis = rest.length === 0 ? 0 : GAP + 1;
  return cells.reduce((all, one) => all + GAP + one, pathWidth(rows) + ellipsis);
}

function ownWidth(rows: readonly (PidRow | string)[]): number {
  return widestOf(rows, "OWN".length, ({ pids }) => `L${pids.length - 1} ${pids.at(-1)}`);
}

function shownLevels(
  rows: readonly (PidRow | string)[],
  { columns, firstLevel, rest }: PidTableLook,
): ShownLevels {
  const processes = rows.filter((row) => typeof row !== "string");
  const widest = (least: number, textOf: (row: PidRow) => string) => widestOf(rows, least, textOf);
  const deepest = processes.reduce((most, { pids }) => Math.max(most, pids.length - 1), 0);
  const all = Array.from({ length: Math.max(0, deepest + 1 - firstLevel) }, (_, at) => {
    return at + firstLevel;
  });
  const widths = all.map((level) => widest(`L${level}`.length, ({ pids }) => pids[level] ?? "·"));
  const restWidth = rest.map((title, at) =>
    at === rest.length - 1 ? LAST_WIDTH_MIN : widest(title.length, (row) => row.rest[at] ?? ""),
  );
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one + GAP, 0);
  const available = columns - pathWidth(rows) - sum(restWidth);
  if (sum(widths) <= available) return { levels: all, hidden: null };
  const own = ownWidth(rows);
  let count = 1;
  while (sum([...widths.slice(0, count + 1), 1, own]) <= available) count++;
  const levels = all.slice(0, count);
  return { levels, hidden: { first: firstLevel + count, last: deepest } };
}
