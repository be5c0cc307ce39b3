/** What is missing from a report, and what that means for its verdict. Pure. */

import type { Trace } from "../wire/trace.ts";
import type { Gap, Report } from "./report.ts";

/** A trace that was asked for and is not whole is a failure, even where all else passed. */
export function withGap(report: Report, gap: Gap): Report {
  const { verdict } = report;
  const fails = gap.what === "trace" && verdict.passed;
  return {
    ...report,
    complete: false,
    incomplete: [...report.incomplete, gap],
    ...(fails && { verdict: { ...verdict, passed: false, exit_code: 1 } }),
  };
}

/** One line for people. */
export function gapText({ what, why }: Gap): string {
  return `${MISSING[what]}: ${why}`;
}

const MISSING: Readonly<Record<Gap["what"], string>> = {
  processes: "processes are missing from this report",
  trace: "this trace is not whole",
  output: "output is missing",
  run: "the end of the run is not known",
};

/** What a trace lacks; null: nothing. */
export function traceGap(trace: Trace | null): Gap | null {
  if (trace === null) {
    const help = "see what the shim says on standard error";
    return { what: "trace", why: "nothing of it was written", help };
  }
  if (trace.lost === 0) return null;
  const events = trace.lost === 1 ? "1 event" : `${trace.lost} events`;
  return { what: "trace", why: `${events} could not be recorded`, help: "" };
}
