/** Diagnostics for people: message, frame with carets, notes, help. Pure. */

import { escapeText } from "../base/escape.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";

/** Columns of source shown; a longer line is cut around the carets. */
const SOURCE_WIDTH = 70;
const TAB = "    ";

export interface Look {
  readonly colour: boolean;
}

/** `sources` has the text of each file; a finding in another one is printed without a frame. */
export function humanText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  look: Look,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  return diagnostics.map((found) => one(found, lines.get(found.span.file), look)).join("\n");
}

function one(found: Diagnostic, lines: Lines | undefined, look: Look): string {
  const paint = (code: string, text: string) =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const strong = found.severity === "error" ? "1;31" : "1;33";
  const head = `${paint(strong, `${found.severity}[${found.code}]`)}: ${paint("1", escapeText(found.message))}`;
  const frame = lines === undefined ? null : frameOf(found, lines);
  const gutter = " ".repeat(frame === null ? 2 : frame.number.length);
  const bar = paint("34", `${gutter} |`);
  const out = [head];
  if (frame !== null) {
    out.push(`${gutter}${paint("34", "-->")} ${escapeText(found.span.file)}:${frame.place}`);
    out.push(bar, `${paint("34", `${frame.number} |`)} ${frame.source}`);
    const label = found.label === "" ? "" : ` ${escapeText(found.label)}`;
    out.push(`${bar} ${paint(strong, frame.carets + label)}`);
    if (found.notes.length > 0 || found.help !== "") out.push(bar);
  } else if (found.span.file !== "") {
    out.push(`${gutter}${paint("34", "-->")} ${escapeText(found.span.file)}`);
  }
  for (const note of found.notes) out.push(`${gutter} = note: ${escapeText(note)}`);
  if (found.help !== "") out.push(`${gutter} = help: ${escapeText(found.help)}`);
  return `${out.join("\n")}\n`;
}

interface Frame {
  readonly number: string;
  readonly place: string;
  readonly source: string;
  readonly carets: string;
}

function frameOf(found: Diagnostic, lines: Lines): Frame {
  const start = lines.position(found.span.start);
  const end = lines.position(found.span.end);
  const text = lines.text(start.line);
  const from = start.column - 1;
  // A span over several lines is marked to the end of its first.
  const to = Math.max(from + 1, end.line === start.line ? end.column - 1 : text.length);
  const cut = Math.max(0, Math.min(from - 20, text.length - SOURCE_WIDTH));
  const shown = (part: string) => escapeText(part.replaceAll("\t", TAB)).replaceAll("\\t", TAB);
  const before = (cut > 0 ? "…" : "") + shown(text.slice(cut, from));
  const room = Math.max(1, SOURCE_WIDTH - before.length);
  const marked = shown(text.slice(from, Math.min(to, from + room)));
  const rest = text.slice(Math.min(to, from + room));
  const after = shown(rest.slice(0, Math.max(0, room - marked.length)));
  const isCut = rest.length > Math.max(0, room - marked.length);
  return {
    number: String(start.line),
    place: `${start.line}:${start.column}`,
    source: before + marked + after + (isCut ? "…" : ""),
    carets: " ".repeat(Bun.stringWidth(before)) + "^".repeat(Math.max(1, Bun.stringWidth(marked))),
  };
}
