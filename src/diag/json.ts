/** Diagnostics for programs, in the documented shape. Pure. */

import { escapeJson } from "../base/escape.ts";
import type { Span } from "../base/span.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";
import { shownOf } from "./shown.ts";

/** One line of JSON without a newline: `{"diagnostics": [...]}`, with how many were `omitted` if any. */
export function jsonText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  const rangeOf = ({ file, start, end }: Span) => {
    const source = lines.get(file);
    return source === undefined
      ? null
      : { start: source.position(start), end: source.position(end) };
  };
  const { diagnostics: shown, omitted } = shownOf(diagnostics);
  const finding = JSON.stringify({
    diagnostics: shown.map((finding) => {
      const range = rangeOf(finding.span);
      const { code, severity, message, label, notes, help, span } = finding;
      const related = finding.related.map((each) => ({
        file: each.span.file,
        range: rangeOf(each.span),
        message: each.label,
      }));
      return { code, severity, message, file: span.file, range, label, help, notes, related };
    }),
    ...(omitted > 0 && { omitted }),
  });
  return escapeJson(finding);
}
