/** A traced run as a list of what happened when. Pure. */

import { BLUE, GREEN, RED } from "../base/colours.ts";
import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { gapLines } from "./gaps.ts";
import type { Report, ReportTraceEvent } from "./report.ts";
import type { TableLook } from "./table.ts";

const PATH_WIDTH = 28;
/** How many PIDs are shown where more would leave no columns for the event. */
const PIDS_SHOWN = { first: 2, last: 1, most: 6 };
/** Terminal width from which on all of them fit. */
const WIDE = 240;
/** Colours of events: a birth, another program, an end. */
const COLOURS: Readonly<Record<ReportTraceEvent["event"], string>> = {
  fork: GREEN,
  exec: BLUE,
  exit: "2",
};

/** A line an event, with a final newline. PIDs are outermost first. */
export function timelineText(report: Report, look: TableLook): string {
  const events = report.trace ?? [];
  if (events.length === 0) return "(this report has no trace; run with --trace)\n";
  const paint = (code: string, text: string) =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const rows = events.map((event) => ({
    event,
    time: (event.at_ns / 1e6).toFixed(3),
    path: shortPath(escapeText(event.path), PATH_WIDTH),
    pids: `[${shownPids(event.pids, look.columns).join(" ")}]`,
  }));
  const width = (key: "time" | "path" | "pids", least: number) =>
    rows.reduce((most, row) => Math.max(most, Bun.stringWidth(row[key])), least);
  const widths = { time: width("time", 2), path: width("path", 7), pids: width("pids", 4) };
  const lines = rows.map(({ event, time, path, pids }) => {
    const space = " ".repeat(widths.path - Bun.stringWidth(path));
    const head = `${time.padStart(widths.time)}  ${event.event}  ${path}${space}  ${pids.padEnd(widths.pids)}  `;
    return paint(COLOURS[event.event], cut(`${head}${detail(event)}`.trimEnd(), look.columns));
  });
  const head = `${"ms".padStart(widths.time)}  EVENT ${"PROCESS".padEnd(widths.path)}  ${"PIDS".padEnd(widths.pids)}`;
  lines.push(...gapLines(report).map((line) => paint(RED, escapeText(line))));
  return `${paint("1", head.trimEnd())}\n${lines.join("\n")}\n`;
}

function shownPids(pids: readonly number[], columns: number): readonly (number | string)[] {
  if (pids.length <= PIDS_SHOWN.most || columns >= WIDE) return pids;
  return [...pids.slice(0, PIDS_SHOWN.first), "…", ...pids.slice(-PIDS_SHOWN.last)];
}

function detail({ event, parent, argv, argv_cut: isCut, exit }: ReportTraceEvent): string {
  if (event === "fork") return parent === null ? "" : `by ${escapeText(parent)}`;
  if (event === "exec") return `${escapeText((argv ?? []).join(" "))}${isCut ? "…" : ""}`;
  if (exit === null) return "";
  return "code" in exit ? `code ${exit.code}` : `killed by ${exit.signal}`;
}
