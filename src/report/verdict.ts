/** Which processes of an ended run were not what they should be. Pure. */

import type { Span } from "../base/span.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { SlotState, StateTable } from "../wire/table.ts";
import type { Report, ReportProcess } from "./report.ts";

export interface Failure {
  readonly code: "SBX4004" | "SBX4005" | "SBX4008" | "SBX5001";
  readonly path: string;
  readonly span: Span;
  readonly message: string;
}

/** In plan order. Processes that could not be started are not here: their fault says it. */
export function failuresOf(plan: Plan, table: StateTable, report: Report): Failure[] {
  const rows = new Map(report.processes.map((row) => [row.path, row] as const));
  return plan.slots.flatMap((slot, index) => {
    const state = table.slots[index];
    const row = rows.get(slot.path);
    if (state === undefined || row === undefined || state.state === "failed") return [];
    return [...unpinned(slot, row), ...unexpected(slot, row), ...badEnd(plan, slot, row, state)];
  });
}

/** Only where the kernel chose the PIDs: a requested one is exact, or the process fails. */
function unpinned(slot: Slot, row: ReportProcess): Failure[] {
  return (slot.process?.pins ?? []).flatMap(({ level, pid, span }): Failure[] => {
    const found = row.pids[level] ?? pid;
    if (found === pid) return [];
    const message = `"${slot.path}": PID ${pid} at level ${level} could not be requested here; it got ${found}`;
    return [{ code: "SBX4008", path: slot.path, span, message }];
  });
}

function unexpected(slot: Slot, row: ReportProcess): Failure[] {
  const expect = slot.process?.expect;
  if (!expect) return [];
  const failures: Failure[] = [];
  const check = (what: string, wanted: number | string, found: unknown, span: Span) => {
    if (found === wanted) return;
    const message = `"${slot.path}": expected ${what} ${wanted}, found ${found ?? "none"}`;
    failures.push({ code: "SBX5001", path: slot.path, span, message });
  };
  const { pid, ppid, level, exit, signal, pids = [] } = expect;
  if (pid) check("pid", pid.value, row.pids[row.level], pid.span);
  if (ppid) check("ppid", ppid.value, row.ppids[row.level], ppid.span);
  if (level) check("level", level.value, row.level, level.span);
  for (const each of pids) {
    check(`pid at level ${each.level}`, each.pid, row.pids[each.level], each.span);
  }
  const end = row.exit ?? {};
  if (exit) check("exit code", exit.value, "code" in end ? end.code : endText(row), exit.span);
  if (signal) {
    check(
      "signal",
      signalName(signal.value),
      "signal" in end ? end.signal : endText(row),
      signal.span,
    );
  }
  return failures;
}

function endText(row: ReportProcess): string {
  if (row.exit === null) return "no end";
  return "code" in row.exit ? `exit code ${row.exit.code}` : `signal ${row.exit.signal}`;
}

/** An end that nobody asked for: not the run by stopping it, not the spec by expecting it. */
function badEnd(plan: Plan, slot: Slot, row: ReportProcess, state: SlotState): Failure[] {
  const { span, path } = slot;
  if (state.flags.has("timed_out")) {
    const sandbox = plan.sandboxes[slot.sandbox]?.path || plan.sandbox;
    const who = slot.kind === "init" ? `sandbox "${sandbox}"` : `process "${path}"`;
    const message = `${who} reached its time-out and was stopped`;
    return [{ code: "SBX4005", path, span, message }];
  }
  const expect = slot.process?.expect;
  if (expect?.exit || expect?.signal || state.flags.size > 0 || row.exit === null) return [];
  if ("code" in row.exit && row.exit.code === 0) return [];
  const how =
    "code" in row.exit ? `ended with code ${row.exit.code}` : `was killed by ${row.exit.signal}`;
  return [{ code: "SBX4004", path, span, message: `process "${path}" ${how}` }];
}
