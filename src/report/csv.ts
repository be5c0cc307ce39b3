/** The report as CSV (RFC 4180): a row a process, a column a level. Pure. */

import { escapeJson, escapeText } from "../base/escape.ts";
import type { Report, ReportProcess } from "./report.ts";

/** With a header and line ends of CR LF. `argv` is a JSON list; cells without a value are empty. */
export function csvText(report: Report): string {
  const deepest = report.processes.reduce((most, { level }) => Math.max(most, level), 0);
  const levels = Array.from({ length: deepest + 1 }, (_, level) => level);
  const header = [
    ...["path", "kind", "sandbox", "level"],
    ...levels.map((level) => `pid_l${level}`),
    ...levels.map((level) => `ppid_l${level}`),
    ...[
      "state",
      "exit_code",
      "exit_signal",
      "ended_by",
      "comm",
      "argv",
      "started_ns",
      "ended_ns",
      "failed",
    ],
  ];
  const rows = report.processes.map((row) => cells(row, levels));
  return [header, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

function cells(row: ReportProcess, levels: readonly number[]): string[] {
  const { exit } = row;
  const value = (each: number | string | null | undefined) => String(each ?? "");
  return [
    ...[row.path, row.kind, row.sandbox, value(row.level)],
    ...levels.map((level) => value(row.pids[level])),
    ...levels.map((level) => value(row.ppids[level])),
    row.state,
    value(exit !== null && "code" in exit ? exit.code : null),
    value(exit !== null && "signal" in exit ? exit.signal : null),
    value(row.ended_by),
    row.comm,
    escapeJson(JSON.stringify(row.argv)),
    value(row.started_ns),
    value(row.ended_ns),
    String(row.failed),
  ];
}

/** Nothing that a terminal acts on; a cell that begins like a formula is one for a spreadsheet: a quote before it makes it text. */
function quoted(text: string): string {
  const cell = escapeText(text);
  const safe = /^[=+@-]/.test(cell) && !/^-?\d+$/.test(cell) ? `'${cell}` : cell;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
