/** Diagnostics for programs, in the documented shape. Pure. */

import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";

/** One line of JSON without a newline: `{"diagnostics": [...]}`. */
export function jsonText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  return JSON.stringify({
    diagnostics: diagnostics.map((found) => {
      const source = lines.get(found.span.file);
      const range =
        source === undefined
          ? null
          : { start: source.position(found.span.start), end: source.position(found.span.end) };
      const { code, severity, message, notes, help, span } = found;
      return { code, severity, message, file: span.file, range, help, notes, related: [] };
    }),
  });
}
