/** Which processes of an ended run were not what they should be. Pure. */

import type { Span } from "../base/span.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { SlotState, StateTable } from "../wire/table.ts";
import type { Report, ReportProcess } from "./report.ts";

export interface Failure {
  readonly code: "SBX4004" | "SBX4005" | "SBX4008" | "SBX4010" | "SBX5001";
  readonly path: string;
  readonly span: Span;
  readonly message: string;
}

/** In plan order. Processes that could not be started are not here: their fault says it. */
export function failuresOf(plan: Plan, table: StateTable, report: Report): Failure[] {
  const rows = new Map(report.processes.map((row) => [row.path, row] as const));
  const own = plan.slots.map((slot, index): Failure[] => {
    const state = table.slots[index];
    const row = rows.get(slot.path);
    if (state === undefined || row === undefined || !isJudged(state)) return [];
    return [...unpinned(slot, row), ...unexpected(slot, row), ...badEnd(plan, slot, row, state)];
  });
  const isTold = (slot: number) => {
    const state = table.slots[slot];
    return state === undefined || !isJudged(state) || (own[slot] ?? []).length > 0;
  };
  return own.flatMap((failures, slot) =>
    table.slots[slot]?.flags.has("unmet") ? neverStarted(plan, slot, rows, isTold) : failures,
  );
}

/** Of one that failed its fault speaks, and of one that waited in vain what it waited for. */
function isJudged({ state, flags }: SlotState): boolean {
  return state !== "failed" && !flags.has("unmet");
}

const WAITED = { started: "start", exited: "exit", succeeded: "succeed" } as const;

/** What waited in vain; nothing where the cause is told of itself. */
function neverStarted(
  plan: Plan,
  index: number,
  rows: ReadonlyMap<string, ReportProcess>,
  isTold: (slot: number) => boolean,
): Failure[] {
  const slot = plan.slots[index];
  const causes = (slot?.process?.dependsOn ?? []).flatMap(({ slot: awaited, condition }) => {
    const row = rows.get(plan.slots[awaited]?.path ?? "");
    const hasCome =
      row === undefined ||
      (condition === "succeeded"
        ? row.exit !== null && "code" in row.exit && row.exit.code === 0
        : row.exit !== null);
    return hasCome ? [] : [{ awaited, condition, row }];
  });
  const [cause] = causes;
  if (slot === undefined || cause === undefined) return [];
  if (causes.some(({ awaited }) => isTold(awaited))) return [];
  const { path, span } = slot;
  const { condition, row } = cause;
  const why = `it waits for "${row.path}" to ${WAITED[condition]}, which ${howItEnded(row)}`;
  return [{ code: "SBX4010", path, span, message: `process "${path}" never started: ${why}` }];
}

function howItEnded({ exit, ended_by: by }: ReportProcess): string {
  if (exit === null) return "never started";
  if (by === "stop" || by === "timeout") return "was stopped";
  if (by === "sandbox") return "ended with its sandbox";
  return "code" in exit ? `ended with code ${exit.code}` : `was killed by ${exit.signal}`;
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
  const sandbox = plan.sandboxes[slot.sandbox];
  if (state.flags.has("sandbox_timed_out") && sandbox !== undefined) {
    const message = `sandbox "${sandbox.path || plan.sandbox}" reached its time-out and was stopped`;
    return [{ code: "SBX4005", path, span: sandbox.span, message }];
  }
  if (state.flags.has("timed_out")) {
    const message = `process "${path}" reached its time-out and was stopped`;
    return [{ code: "SBX4005", path, span, message }];
  }
  const expect = slot.process?.expect;
  if (expect?.exit || expect?.signal || state.flags.size > 0 || row.exit === null) return [];
  if ("code" in row.exit && row.exit.code === 0) return [];
  return [{ code: "SBX4004", path, span, message: `process "${path}" ${howItEnded(row)}` }];
}
