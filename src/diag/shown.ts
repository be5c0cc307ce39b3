/** Which of many findings are printed: nobody reads the second thousand. Pure. */

import type { Diagnostic } from "./diagnostic.ts";

export const SHOWN_COUNT_MAX = 1_000;

export interface Shown {
  /** In their order; errors rather than warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly omitted: number;
}

export function shownOf(diagnostics: readonly Diagnostic[]): Shown {
  const omitted = diagnostics.length - SHOWN_COUNT_MAX;
  if (omitted <= 0) return { diagnostics, omitted: 0 };
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  let left = SHOWN_COUNT_MAX - Math.min(errors.length, SHOWN_COUNT_MAX);
  const last = errors[SHOWN_COUNT_MAX - 1];
  const shown: Diagnostic[] = [];
  for (const each of diagnostics) {
    if (each.severity === "error" || left-- > 0) shown.push(each);
    if (each === last) break;
  }
  return { diagnostics: shown, omitted };
}

/** A sentence without a full stop; only where some are omitted. */
export function omittedText(omitted: number): string {
  const more = omitted === 1 ? "1 more finding is" : `${omitted} more findings are`;
  return `${more} not shown: correct the first ${SHOWN_COUNT_MAX} and check again`;
}
