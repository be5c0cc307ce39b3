/** Source lines with marks under them. Pure. */

import { escapeText } from "../base/escape.ts";
import type { Span } from "../base/span.ts";
import type { Lines } from "./lines.ts";

export interface Mark {
  readonly span: Span;
  readonly label: string;
  /** The mark of the finding itself; others only explain it. */
  readonly isPrimary: boolean;
}

/** Colours for the parts of a frame. */
export interface Paint {
  readonly gutter: (text: string) => string;
  readonly primary: (text: string) => string;
  readonly related: (text: string) => string;
}

const TAB = "    ";
/** Columns for a label behind a mark where the output is no terminal. */
const LABEL_COLUMNS = 30;
/** How many lines of a long range are shown at each end. */
const RANGE_LINES = 3;

/** A mark on one line, in columns of the source line, from 0. */
interface LineMark extends Mark {
  readonly from: number;
  readonly to: number;
}

/**
 * `marks` are all of one file. Returns lines without line breaks, none wider than `width` except for
 * labels where the output is no terminal.
 */
export function frame(
  marks: readonly Mark[],
  lines: Lines,
  width: number,
  gutter: number,
  paint: Paint,
  isTerminal: boolean,
): string[] {
  const byLine = new Map<number, LineMark[]>();
  const out: string[] = [];
  for (const mark of marks) {
    const start = lines.position(mark.span.start);
    const last = lines.position(lines.lastVisible(mark.span.start, mark.span.end));
    if (last.line > start.line && mark.isPrimary) {
      const parts = range(start.line, last.line);
      for (const line of parts) {
        const text = lines.text(line);
        const from = line === start.line ? start.column - 1 : text.length - text.trimStart().length;
        const to = line === last.line ? last.column - 1 : text.length;
        const label = line === parts.at(-1) ? mark.label : "";
        add(line, { ...mark, label, from, to: Math.max(to, from + 1) });
      }
      continue;
    }
    const to = last.line > start.line ? lines.text(start.line).length : last.column - 1;
    add(start.line, { ...mark, from: start.column - 1, to: Math.max(to, start.column) });
  }
  const bar = paint.gutter(`${" ".repeat(gutter)} |`);
  let before: number | null = null;
  for (const [line, marksOfLine] of [...byLine].toSorted(([a], [b]) => a - b)) {
    if (before !== null && line > before + 2) out.push(paint.gutter("..."));
    else if (before !== null && line === before + 2) {
      out.push(
        `${numbered(line - 1)} ${windowOf(lines.text(line - 1), 0, 0, width).text}`.trimEnd(),
      );
    }
    out.push(...marked(line, marksOfLine));
    before = line;
  }
  return out;

  function add(line: number, mark: LineMark): void {
    const marksOfLine = byLine.get(line) ?? [];
    byLine.set(line, marksOfLine);
    marksOfLine.push(mark);
  }

  function numbered(line: number): string {
    return paint.gutter(`${String(line).padStart(gutter)} |`);
  }

  function marked(line: number, marksOfLine: readonly LineMark[]): string[] {
    const primary = marksOfLine.find(({ isPrimary }) => isPrimary) ?? marksOfLine[0];
    const text = lines.text(line);
    const { text: shown, columnOf } = windowOf(text, primary?.from ?? 0, primary?.to ?? 0, width);
    const placed = marksOfLine
      .map((mark) => ({ ...mark, from: columnOf(mark.from), to: columnOf(mark.to) }))
      .map((mark) => ({ ...mark, to: Math.max(mark.to, mark.from + 1) }))
      .toSorted((a, b) => a.from - b.from || Number(a.isPrimary) - Number(b.isPrimary));
    return [
      `${numbered(line)} ${shown}`.trimEnd(),
      ...underlines(placed, paint, width, isTerminal).map((row) => `${bar} ${row}`),
    ];
  }
}

function range(first: number, last: number): number[] {
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  if (all.length <= 2 * RANGE_LINES) return all;
  return [...all.slice(0, RANGE_LINES), ...all.slice(-RANGE_LINES)];
}

/** A line escaped, with tabs widened, truncated around `[from, to)` where it is long. */
function windowOf(
  text: string,
  from: number,
  to: number,
  width: number,
): { text: string; columnOf: (at: number) => number } {
  const cells = (part: string) => escapeText(part.replaceAll("\t", TAB));
  const whole = text.length <= 4 * width ? cells(text) : null;
  if (whole !== null && Bun.stringWidth(whole) <= width) {
    return { text: whole, columnOf: (at) => Bun.stringWidth(cells(text.slice(0, at))) };
  }
  // A short mark leaves more columns for the text before it.
  const context = Math.max(8, Math.min(20, width - 2 - (to - from)));
  const first = Math.max(0, from - context);
  const head = first > 0 ? "…" : "";
  let shown = head;
  let end = first;
  for (const character of text.slice(first, first + 2 * width)) {
    const cell = cells(character);
    if (Bun.stringWidth(shown) + Bun.stringWidth(cell) > width - 1) break;
    shown += cell;
    end += character.length;
  }
  const limit = Bun.stringWidth(shown);
  return {
    text: end < text.length ? `${shown}…` : shown,
    columnOf: (at) =>
      at <= first
        ? 0
        : Math.min(limit, Bun.stringWidth(head) + Bun.stringWidth(cells(text.slice(first, at)))),
  };
}

/** The row of carets, then a row for each label that does not fit behind them. */
function underlines(
  marks: readonly LineMark[],
  paint: Paint,
  width: number,
  isTerminal: boolean,
): string[] {
  const row = new Canvas();
  for (const mark of marks.toSorted((a, b) => Number(a.isPrimary) - Number(b.isPrimary))) {
    row.put(mark.from, (mark.isPrimary ? "^" : "-").repeat(mark.to - mark.from), mark, paint);
  }
  const labelled = marks.filter(({ label }) => label !== "");
  const last = labelled.at(-1);
  const available = isTerminal ? width : Math.max(width, (last?.to ?? 0) + LABEL_COLUMNS);
  const isInline =
    last !== undefined &&
    marks.at(-1) === last &&
    last.to + 1 + Bun.stringWidth(escapeText(last.label)) <= available;
  if (isInline && last !== undefined) row.put(last.to + 1, escapeText(last.label), last, paint);
  const rows = [row];
  const below = isInline ? labelled.slice(0, -1) : labelled;
  for (let left = below.length; left > 0; left--) {
    const line = new Canvas();
    for (const mark of below.slice(0, left - 1)) line.put(mark.from, "|", mark, paint);
    const mark = below[left - 1];
    if (mark === undefined) continue;
    const connector = new Canvas();
    for (const each of below.slice(0, left)) connector.put(each.from, "|", each, paint);
    if (left === below.length) rows.push(connector);
    const label = escapeText(mark.label);
    const fit = Math.max(0, Math.min(mark.from, width - Bun.stringWidth(label)));
    line.put(isTerminal ? fit : mark.from, label, mark, paint);
    rows.push(line);
  }
  return rows.map((each) => each.text());
}

/** One row of cells, each with its own colour. */
class Canvas {
  readonly #cells: { character: string; look: (text: string) => string }[] = [];

  put(column: number, text: string, mark: Mark, paint: Paint): void {
    const look = mark.isPrimary ? paint.primary : paint.related;
    while (this.#cells.length < column) {
      this.#cells.push({ character: " ", look: (each) => each });
    }
    [...text].forEach((character, index) => {
      this.#cells[column + index] = { character, look };
    });
  }

  /** Neighbours of one colour are painted together. */
  text(): string {
    let out = "";
    for (let from = 0; from < this.#cells.length; ) {
      const look = this.#cells[from]?.look;
      let to = from;
      let part = "";
      while (to < this.#cells.length && this.#cells[to]?.look === look) {
        part += this.#cells[to++]?.character ?? "";
      }
      out += part.trim() === "" || look === undefined ? part : look(part);
      from = to;
    }
    return out;
  }
}
