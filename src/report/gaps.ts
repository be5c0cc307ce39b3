/** What is missing from a report, and what that means for its verdict. Pure. */

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

/** For a run whose monitor was killed: processes that it had not seen end have ended since. */
export function withoutEnd(report: Report, gap: Omit<Gap, "what">, exitCode: number): Report {
  const { verdict, processes } = report;
  return {
    ...withGap(report, { what: "run", ...gap }),
    verdict: { ...verdict, passed: false, exit_code: exitCode },
    processes: processes.map((row) =>
      row.state === "exited" || row.state === "pending" ? row : { ...row, state: "exited" },
    ),
  };
}

/** What is missing and why, in a few words. */
export function gapText({ what, why }: Gap): string {
  return `${MISSING[what]}: ${why}`;
}

/** A line each, in parentheses, for below a table. */
export function gapLines({ incomplete }: Report): string[] {
  return incomplete.map((gap) => `(${gapText(gap)})`);
}

const MISSING: Readonly<Record<Gap["what"], string>> = {
  processes: "processes are missing from this report",
  trace: "this trace is not whole",
  output: "output is missing",
  run: "how the run ended is not known",
};
