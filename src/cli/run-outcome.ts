/** What a run in the foreground comes to: its findings, and the exit code of the command. Pure. */

import { escapeText } from "../base/escape.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Fault, FaultText } from "../engine/fault-text.ts";
import { SIGNALS } from "../ir/signals.ts";
import type { Plan } from "../plan/plan.ts";
import { gapText } from "../report/gaps.ts";
import type { Report } from "../report/report.ts";
import { failuresOf } from "../report/verdict.ts";
import type { StateTable } from "../wire/table.ts";

/** Each failure that is not only the effect of another one. */
export function findingsOf(
  plan: Plan,
  table: StateTable,
  report: Report,
  explain: (path: string | null, fault: Fault) => FaultText,
): Diagnostic[] {
  const rows = report.processes.filter(({ kind }) => kind === "init" || kind === "declared");
  return failuresOf(plan, table, rows, explain)
    .filter(({ because_of: cause }) => cause === null)
    .map(({ code, span, message, help }) => diagnostic(code, span, escapeText(message), { help }));
}

/** What is missing from a report; how a run ended that nobody saw end has a code of its own. */
export function gapFindings({ incomplete }: Report): Diagnostic[] {
  const gaps = incomplete.filter(({ what }) => what !== "run");
  return gaps.map((gap) =>
    diagnostic("SBX4011", null, escapeText(gapText(gap)), { help: gap.help }),
  );
}

/** `from`: the path whose own code is passed on; it has none where it never ended. */
export function exitCodeOf({ verdict, processes }: Report, from: string | undefined): number {
  const exit = from === undefined ? null : processes.find(({ path }) => path === from)?.exit;
  if (exit == null) return verdict.exit_code;
  return "code" in exit ? exit.code : 128 + (SIGNALS.get(exit.signal) ?? 0);
}
