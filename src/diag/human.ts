/** Diagnostics for people: message, frames with marks, notes, help. Pure. */

import { BLUE, RED, YELLOW } from "../base/colours.ts";
import { escapeText } from "../base/escape.ts";
import { wrap } from "../base/wrap.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { frame, type Mark, type Paint } from "./frame.ts";
import { Lines } from "./lines.ts";
import { omittedText, shownOf } from "./shown.ts";

/** Width of a frame where the output is no terminal. */
const FRAME_WIDTH = 80;

export interface Look {
  readonly colour: boolean;
  /** Width of the terminal; null: the output is none, and messages are not wrapped. */
  readonly columns: number | null;
}

/** `sources` has the text of each file; a finding elsewhere gets no frame. */
export function humanText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  look: Look,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  const { diagnostics: shown, omitted } = shownOf(diagnostics);
  const said = new Set<string>();
  const texts = shown.map((finding) => renderOne(once(finding, said), lines, look));
  return [...texts, ...(omitted === 0 ? [] : [`${omittedText(omitted)}\n`])].join("\n");
}

/** Length of a help, in UTF-16 units, that people read once. */
const LONG_HELP = 120;

/**
 * A long help, such as the names of all fields, and where to read on are not said again: `said` has
 * what was.
 */
function once(finding: Diagnostic, said: Set<string>): Diagnostic {
  const isNew = (text: string) => {
    const size = said.size;
    return said.add(text).size > size;
  };
  const { help } = finding;
  const notes = finding.notes.filter((note) => !note.includes("docs/") || isNew(note));
  const isAgain = help.length >= LONG_HELP && !isNew(help);
  const short = `as above: ${help.slice(0, 40).trimEnd()} …`;
  return { ...finding, notes, help: isAgain ? short : help };
}

function renderOne(finding: Diagnostic, sources: ReadonlyMap<string, Lines>, look: Look): string {
  const paint = (code: string) => (text: string) =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const strong = paint(finding.severity === "error" ? `1;${RED}` : `1;${YELLOW}`);
  const colours: Paint = { gutter: paint(BLUE), primary: strong, related: paint(BLUE) };
  const width = look.columns ?? FRAME_WIDTH;
  const name = `${finding.severity}[${finding.code}]`;
  const message = wrapIndented(escapeText(finding.message), name.length + 2, 2, look);
  const out = [`${strong(name)}: ${paint("1")(message)}`];

  const all: Mark[] = [
    { span: finding.span, label: finding.label, isPrimary: true },
    ...finding.related.map((related) => ({ ...related, isPrimary: false })),
  ];
  const files = [...new Set(all.map(({ span }) => span.file))].filter((file) => file !== "");
  const gutter = gutterOf(all, sources);
  for (const file of files) {
    const marks = all.filter(({ span }) => span.file === file);
    const lines = sources.get(file);
    const arrow = colours.gutter(`${" ".repeat(gutter)}${file === files[0] ? "-->" : ":::"}`);
    if (lines === undefined || marks[0] === undefined) {
      out.push(`${arrow} ${escapeText(file)}`);
      continue;
    }
    const { line, column } = lines.position(marks[0].span.start);
    const bar = colours.gutter(`${" ".repeat(gutter)} |`);
    out.push(`${arrow} ${escapeText(file)}:${line}:${column}`, bar);
    out.push(
      ...frame(
        marks,
        lines,
        Math.max(20, width - gutter - 3),
        gutter,
        colours,
        look.columns !== null,
      ),
    );
    if (file !== files.at(-1) || finding.notes.length > 0 || finding.help !== "") out.push(bar);
  }
  const tail = [
    ...finding.notes.map((note) => ["note", note] as const),
    ...(finding.help === "" ? [] : [["help", finding.help] as const]),
  ];
  for (const [kind, text] of tail) {
    const indent = gutter + " = note: ".length;
    out.push(
      `${" ".repeat(gutter)} = ${kind}: ${wrapIndented(escapeText(text), indent, indent, look)}`,
    );
  }
  return `${out.join("\n")}\n`;
}

/** `first` columns of the first line are already used. */
function wrapIndented(text: string, first: number, indent: number, { columns }: Look): string {
  if (columns === null) return text;
  const [head = "", ...rest] = wrap(`${"x".repeat(first)}${text}`, columns, indent).split("\n");
  return [head.slice(first), ...rest].join("\n");
}

/** Width of the longest line number. */
function gutterOf(marks: readonly Mark[], sources: ReadonlyMap<string, Lines>): number {
  const ends = marks.map(({ span }) => {
    const lines = sources.get(span.file);
    return lines === undefined
      ? 1
      : String(lines.position(lines.lastVisible(span.start, span.end)).line).length;
  });
  const placed = marks.some(({ span }) => sources.has(span.file));
  return placed ? Math.max(...ends) : 2;
}
