/** One screen of a live report: sorted, filtered, scrolled. Pure. */

import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import type { Report, ReportProcess } from "./report.ts";
import { commandText, stateText } from "./state-text.ts";
import { tableText } from "./table.ts";

export const SORTS = ["plan", "pid", "state", "level"] as const;

export interface View {
  readonly sort: (typeof SORTS)[number];
  /** Empty: everything is shown. */
  readonly filter: string;
  /** Whether the filter is being typed. */
  readonly isTyping: boolean;
  /** Rows above the first that is shown. */
  readonly top: number;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

export const FIRST_VIEW: View = { sort: "plan", filter: "", isTyping: false, top: 0 };

/** Lines above and below the rows: title, header, keys. */
const AROUND = 3;

export function rowsOnScreen({ rows }: Pick<Screen, "rows">): number {
  return Math.max(1, rows - AROUND);
}

/** Exactly `rows` lines, none wider than `columns`; `last` is the greatest `top` that has a use. */
export function screenOf(
  report: Report,
  name: string,
  view: View,
  screen: Screen,
): { readonly lines: string[]; readonly last: number } {
  const shown = ordered(
    report.processes.filter((row) => holds(row, view.filter)),
    view.sort,
  );
  const running = report.processes.filter(({ state }) => state === "running").length;
  const paint = (code: string, text: string) =>
    screen.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const title = `${escapeText(name)}: ${running} running, ${report.processes.length} known${view.filter === "" ? "" : `, ${shown.length} shown`}`;
  const [header = "", ...rows] = tableText(
    { ...report, processes: shown },
    { columns: screen.columns, colour: screen.colour, isWhole: true },
  )
    .trimEnd()
    .split("\n");
  const available = rowsOnScreen(screen);
  const last = Math.max(0, rows.length - available);
  const top = Math.min(view.top, last);
  const body = rows.slice(top, top + available);
  const foot = view.isTyping
    ? `/${escapeText(view.filter)}▏`
    : `q quit  s sort: ${view.sort}  / filter${view.filter === "" ? "" : `: ${escapeText(view.filter)}`}  ↑↓ scroll${rows.length > available ? `  ${top + 1}-${top + body.length} of ${rows.length}` : ""}`;
  const blank = Array.from({ length: available - body.length }, () => "");
  const lines = [
    paint("1", cut(title, screen.columns)),
    header,
    ...body,
    ...blank,
    paint("2", cut(foot, screen.columns)),
  ];
  return { lines: lines.slice(0, Math.max(1, screen.rows)), last };
}

function holds(row: ReportProcess, filter: string): boolean {
  if (filter === "") return true;
  const wanted = filter.toLowerCase();
  const texts = [row.path, stateText(row), commandText(row), ...row.pids.map(String)];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function ordered(rows: readonly ReportProcess[], sort: View["sort"]): readonly ReportProcess[] {
  if (sort === "plan") return rows;
  if (sort === "pid") return rows.toSorted((a, b) => (a.pids[0] ?? 0) - (b.pids[0] ?? 0));
  if (sort === "level") return rows.toSorted((a, b) => b.level - a.level);
  return rows.toSorted((a, b) => (stateText(a) < stateText(b) ? -1 : 1));
}

/** How far one can go: rows on the screen, and `last` as of `screenOf`. */
export interface Reach {
  readonly page: number;
  readonly last: number;
}

/** What a key does; null: the view is to be left. */
export function afterKey(view: View, key: string, reach: Reach): View | null {
  if (view.isTyping) return afterTyping(view, key);
  const moves = MOVES[key];
  if (moves !== undefined) {
    const from = Math.min(view.top, reach.last);
    return { ...view, top: Math.max(0, Math.min(from + moves(reach), reach.last)) };
  }
  switch (key) {
    case "q":
    case "\u0003":
    case "\u0004":
      return null;
    case "s": {
      const next = SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? "plan";
      return { ...view, sort: next, top: 0 };
    }
    case "/":
      return { ...view, isTyping: true, top: 0 };
    case "\u001b":
      return { ...view, filter: "", top: 0 };
    default:
      return view;
  }
}

const up = () => -1;
const down = () => 1;
const pageUp = ({ page }: Reach) => -page;
const pageDown = ({ page }: Reach) => page;
const first = () => -Infinity;
const last = () => Infinity;

/** Rows that a key goes down by. Source: console_codes(4), the keys of xterm. */
const MOVES: Readonly<Record<string, (reach: Reach) => number>> = {
  ...{ k: up, "\u001b[A": up, j: down, "\u001b[B": down },
  ...{ "\u001b[5~": pageUp, " ": pageDown, "\u001b[6~": pageDown },
  ...{ g: first, "\u001b[H": first, G: last, "\u001b[F": last },
};

function afterTyping(view: View, key: string): View | null {
  if (key === "\u0003") return null;
  if (key === "\r" || key === "\n") return { ...view, isTyping: false };
  if (key === "\u001b") return { ...view, isTyping: false, filter: "" };
  if (key === "\u007f" || key === "\b") return { ...view, filter: view.filter.slice(0, -1) };
  return /^[^\u0000-\u001f\u007f]+$/.test(key) ? { ...view, filter: view.filter + key } : view;
}
