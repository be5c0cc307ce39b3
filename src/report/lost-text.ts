/** What a report says of events that the tracer could not record. Pure. */

import type { Report } from "./report.ts";

/** One line in parentheses; null: nothing is missing. */
export function lostText({ tracer }: Report): string | null {
  if (tracer === undefined || tracer.lost === 0) return null;
  return `(${tracer.lost} ${tracer.lost === 1 ? "event" : "events"} could not be recorded: this trace is not whole)`;
}
