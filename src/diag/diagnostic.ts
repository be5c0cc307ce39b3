/** One finding, as data: what is wrong, where, why it matters, what to do. */

import { NO_SPAN, type Span } from "../base/span.ts";
import { type Code, codes } from "./codes.ts";

export interface Diagnostic {
  readonly code: Code;
  readonly severity: "error" | "warning";
  /** The offending node itself; `NO_SPAN` where no source asked for it. */
  readonly span: Span;
  /** What: one lowercase sentence without a full stop, readable without the frame. */
  readonly message: string;
  /** Stands under the frame, behind the carets; may be empty. */
  readonly label: string;
  /** Why; may be empty. */
  readonly notes: readonly string[];
  /** What to do, in the imperative; may be empty. */
  readonly help: string;
}

export function diagnostic(
  code: Code,
  span: Span | null,
  message: string,
  rest: { label?: string; notes?: readonly string[]; help?: string } = {},
): Diagnostic {
  return {
    code,
    severity: codes[code].severity,
    span: span ?? NO_SPAN,
    message,
    label: rest.label ?? "",
    notes: rest.notes ?? [],
    help: rest.help ?? "",
  };
}

/** By place, then code; the same finding at the same place once. */
export function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .filter((found) => {
      const key = `${found.code} ${found.span.file} ${found.span.start} ${found.message}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted(
      (a, b) =>
        a.span.start - b.span.start || a.span.end - b.span.end || a.code.localeCompare(b.code),
    );
}
