/** The report as a table: a row a process, a column a level. Pure. */

import { RED } from "../base/colours.ts";
import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import { type PidRow, pidTable } from "../base/pid-table.ts";
import { collapse } from "./collapse.ts";
import { gapLines } from "./gaps.ts";
import type { Report, ReportProcess } from "./report.ts";
import { commandText, stateColour, stateText } from "./state-text.ts";

export interface TableLook {
  /** Width of the terminal. */
  readonly columns: number;
  readonly colour: boolean;
  /** Long runs of copies are not collapsed. */
  readonly isWhole?: boolean;
}

const ORDERED = "(PIDs were given in start order, not as planned: `sandbox doctor` says why)";

const OWN = "OWN is a process's last; --all has all";

/** With a final newline. Columns or rows that are left out are named below the table. */
export function tableText(report: Report, look: TableLook): string {
  const { rows, collapsed } = look.isWhole
    ? { rows: report.processes, collapsed: 0 }
    : collapse(report);
  const paint = (code: string | null, text: string) =>
    look.colour && code !== null ? `\u001b[${code}m${text}\u001b[0m` : text;
  const { lines, hidden } = pidTable(
    rows.map((row) => (typeof row === "string" ? paint("2", escapeText(row)) : cells(row))),
    { columns: look.columns, firstLevel: 0, rest: ["STATE", "COMMAND"] },
  );
  const count = report.processes.length;
  const notes: [colour: string, text: string | null][] = [
    ["2", hidden && `(levels ${hidden.first} to ${hidden.last} do not fit: ${OWN})`],
    ["2", report.pid_mode === "ordered" ? ORDERED : null],
    ...gapLines(report).map((line): [string, string] => [RED, escapeText(line)]),
    ["2", collapsed > 0 ? `(${collapsed} of ${count} rows are folded; --all has all)` : null],
  ];
  const [header = "", ...body] = lines;
  const below = notes.flatMap(([colour, text]) =>
    text === null ? [] : [paint(colour, cut(text, look.columns))],
  );
  return `${[paint("1", header), ...body, ...below].join("\n")}\n`;

  function cells(row: ReportProcess): PidRow {
    const state = stateText(row);
    return {
      path: escapeText(row.path),
      pids: row.pids.map((pid) => String(pid ?? "-")),
      paintOwn: (text) => paint("1", text),
      rest: [paint(stateColour(row), state), escapeText(commandText(row))],
    };
  }
}
