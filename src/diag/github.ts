/** Diagnostics as annotations of a GitHub workflow. Source: its workflow commands. Pure. */

import { escapeText } from "../base/escape.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";
import type { PathOf } from "./sarif.ts";
import { omittedText, shownOf } from "./shown.ts";

/** One line for each finding. */
export function githubText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  pathOf: PathOf = (file) => file,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  const { diagnostics: shown, omitted } = shownOf(diagnostics);
  return [
    ...shown.map(
      (finding) =>
        `::${finding.severity} ${properties(finding, lines, pathOf)}::${data(body(finding))}\n`,
    ),
    ...(omitted === 0 ? [] : [`::warning title=sandbox::${data(omittedText(omitted))}\n`]),
  ].join("");
}

function properties(
  { code, span }: Diagnostic,
  sources: ReadonlyMap<string, Lines>,
  pathOf: PathOf,
): string {
  const lines = sources.get(span.file);
  const fields: [string, string | number][] = [["title", code]];
  if (span.file !== "") fields.unshift(["file", escapeText(pathOf(span.file))]);
  if (lines !== undefined) {
    const start = lines.position(span.start);
    const end = lines.position(Math.max(span.start, lines.lastVisible(span.start, span.end)));
    fields.push(["line", start.line], ["endLine", end.line]);
    // GitHub reads columns only for a range in one line.
    if (start.line === end.line) fields.push(["col", start.column], ["endColumn", end.column]);
  }
  return fields.map(([key, value]) => `${key}=${property(String(value))}`).join(",");
}

function body({ message, label, notes, help }: Diagnostic): string {
  const parts = [message, label, ...notes, help].filter((text) => text !== "");
  return parts.map(escapeText).join("\n");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
