/** The report as a table: a row a process, a column a level. Pure. */

import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { fold } from "./fold.ts";
import { lostText } from "./lost-text.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

export interface TableLook {
  /** Width of the terminal. */
  readonly columns: number;
  readonly colour: boolean;
  /** Long runs of copies are not folded. */
  readonly isWhole?: boolean;
}

/** Columns that STATE, COMMAND and a path need at least. */
const TEXT_WIDTH_MIN = 44;
const PATH_WIDTH_MIN = 24;

const ORDERED = "(this host refuses set_tid: PIDs were given in start order, not as planned)";

/** With a final newline. Columns or rows that are left out are named below the table. */
export function tableText(report: Report, look: TableLook): string {
  const deepest = report.processes.reduce((most, { level }) => Math.max(most, level), 0);
  const levels = shownLevels(deepest, report, look.columns);
  const { rows, folded } = look.isWhole
    ? { rows: [...report.processes], folded: 0 }
    : fold(report.processes);
  const header = [
    "PROCESS",
    ...levels.map((level) => (level === null ? "…" : `L${level}`)),
    "STATE",
    "COMMAND",
  ];
  const pathWidth = Math.max(PATH_WIDTH_MIN, Math.floor(look.columns / 3));
  const body = rows.map((row) => (typeof row === "string" ? row : cells(row, levels, pathWidth)));
  const widths = header.map((title, column) =>
    body.reduce<number>(
      (most, row) =>
        typeof row === "string" ? most : Math.max(most, Bun.stringWidth(row[column] ?? "")),
      title.length,
    ),
  );
  const paint = (code: string, text: string) =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const line = (row: readonly string[]) =>
    cut(
      row.map((cell, column) => pad(cell, widths[column] ?? 0, column, row.length)).join("  "),
      look.columns,
    );
  const lines = [paint("1", line(header))];
  for (const row of body) {
    if (typeof row === "string") lines.push(paint("2", cut(row, look.columns)));
    else lines.push(line(row));
  }
  const hidden = levels.includes(null);
  if (hidden)
    lines.push(
      paint("2", `(levels between are left out for ${look.columns} columns; --json has all)`),
    );
  if (report.pid_mode === "ordered") lines.push(paint("2", ORDERED));
  const lost = lostText(report);
  if (lost !== null) lines.push(paint("31", lost));
  if (folded > 0) lines.push(paint("2", `(${folded} rows are folded; --json has all)`));
  return `${lines.join("\n")}\n`;
}

/** Null stands for the levels left out in the middle. */
function shownLevels(deepest: number, report: Report, columns: number): (number | null)[] {
  const all = Array.from({ length: deepest + 1 }, (_, level) => level);
  const widthOf = (level: number) =>
    report.processes.reduce(
      (most, { pids }) => Math.max(most, String(pids[level] ?? "·").length),
      3,
    ) + 2;
  const widths = all.map(widthOf);
  const room = Math.max(20, columns - TEXT_WIDTH_MIN);
  if (widths.reduce((sum, width) => sum + width, 0) <= room) return all;
  let first = 2;
  let last = deepest - 1;
  let used = (widths[0] ?? 0) + (widths[1] ?? 0) + (widths[deepest] ?? 0) + 3;
  while (first < last) {
    const next = first <= deepest - last ? (widths[first] ?? 0) : (widths[last] ?? 0);
    if (used + next > room) break;
    used += next;
    if (first <= deepest - last) first++;
    else last--;
  }
  return [...all.slice(0, first), null, ...all.slice(last + 1)];
}

function cells(
  row: ReportProcess,
  levels: readonly (number | null)[],
  pathWidth: number,
): string[] {
  const numbers = levels.map((level) => {
    if (level === null) return "…";
    if (level > row.level) return "·";
    return String(row.pids[level] ?? "-");
  });
  const path = shortPath(escapeText(row.path), pathWidth);
  return [path, ...numbers, stateText(row), escapeText(row.argv.join(" "))];
}

function pad(cell: string, width: number, column: number, count: number): string {
  const space = " ".repeat(Math.max(0, width - Bun.stringWidth(cell)));
  if (column === count - 1) return cell;
  return column === 0 || column === count - 2 ? cell + space : space + cell;
}

function cut(line: string, columns: number): string {
  const trimmed = line.trimEnd();
  return Bun.stringWidth(trimmed) <= columns ? trimmed : `${trimmed.slice(0, columns - 1)}…`;
}
