/** Describes what the shim has decided (native/run/verdict.c): each failure, with its span. Pure. */

import type { Span } from "../base/span.ts";
import { isMetBy, WAIT_CONDITIONS, type WaitEvent } from "../base/wait-conditions.ts";
import { signalName } from "../ir/signals.ts";
import { type Expectation, expectationsOf } from "../plan/expectations.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { ExpectationState } from "../wire/expectations.ts";
import type { SlotState, StateTable } from "../wire/table.ts";
import type { Failure, ReportProcess, Verdict } from "./report.ts";

/** A failure before its place is worked out. */
export interface Failed extends Omit<Failure, "file" | "line" | "column" | "code"> {
  readonly code: FaultCode | "SBX4004" | "SBX4005" | "SBX4008" | "SBX4010" | "SBX5001";
  readonly span: Span;
  readonly help: string;
}

/** Where in a file a span is, as a report names it. */
export type Locate = (span: Span) => Pick<Failure, "file" | "line" | "column">;

type FaultCode = "SBX3001" | "SBX4001" | "SBX4002" | "SBX4003" | "SBX4012";

/** What a failed step of the shim means. */
export type Explain = (
  path: string,
  fault: NonNullable<SlotState["fault"]>,
) => { readonly code: FaultCode; readonly message: string; readonly help: string };

/** What could not start first, then the others, each in plan order. */
export function failuresOf(
  plan: Plan,
  table: StateTable,
  rows: readonly ReportProcess[],
  explain: Explain,
): Failed[] {
  const unmet = unmetExpectations(plan, table);
  const failures = plan.slots.flatMap((slot, index): Failed[] => {
    const state = table.slots[index];
    const row = rows[index];
    if (state === undefined || row === undefined) return [];
    return [
      ...(unmet.get(index) ?? []),
      ...[...state.failures].flatMap((kind) => {
        if (kind === "fault") return neverBegan(slot, state, explain);
        if (kind === "unmet") return neverStarted(plan, slot, table, rows);
        if (kind === "sandbox_timed_out") return sandboxTimedOut(plan, slot);
        if (kind === "timed_out") return timedOut(slot);
        return kind === "bad_end" ? badEnd(slot, row) : [];
      }),
    ];
  });
  const isFirst = ({ what }: Failed) => what === "start";
  return [...failures.filter(isFirst), ...failures.filter((each) => !isFirst(each))];
}

export function verdictOf(
  plan: Plan,
  table: StateTable,
  rows: readonly ReportProcess[],
  locate: Locate,
  explain: Explain,
): Verdict {
  const failures = failuresOf(plan, table, rows, explain).map((failed): Failure => {
    const { path, what, level, wanted, found, code, because_of, span, message } = failed;
    const sourceSpan = locate(span);
    return { path, what, level, wanted, found, code, because_of, ...sourceSpan, message };
  });
  return {
    passed: table.exitCode === 0,
    exit_code: table.exitCode,
    failures,
    not_judged: table.phase === "ended" ? notJudged(plan, table, locate) : [],
  };
}

function notJudged(plan: Plan, table: StateTable, locate: Locate): Verdict["not_judged"] {
  return expectationsOf(plan).flatMap((expectation, index) => {
    const { slot, what, span } = expectation;
    const isOpen = table.expectations[index]?.result === "not_judged";
    if (!isOpen || what === "pinned") return [];
    const path = plan.slots[slot]?.path ?? "";
    return [{ path, what, wanted: wantedOf(expectation), ...locate(span) }];
  });
}

/** By slot. */
function unmetExpectations(plan: Plan, table: StateTable): Map<number, Failed[]> {
  const unmet = new Map<number, Failed[]>();
  if (table.expectations.every(({ result }) => result !== "not_met")) return unmet;
  for (const [index, expectation] of expectationsOf(plan).entries()) {
    const state = table.expectations[index];
    const slot = plan.slots[expectation.slot];
    if (state?.result !== "not_met" || slot === undefined) continue;
    const list = unmet.get(expectation.slot) ?? [];
    unmet.set(expectation.slot, list);
    list.push(unmetExpectation(slot, expectation, state));
  }
  return unmet;
}

const NAMES = { exit: "exit code", signal: "signal" } as const;

function unmetExpectation(slot: Slot, expectation: Expectation, state: ExpectationState): Failed {
  const { what, level, span } = expectation;
  const { path } = slot;
  const wanted = wantedOf(expectation);
  const actual = actualOf(what, state);
  const isPid = what === "pid" || what === "ppid" || what === "pinned";
  const common = {
    path,
    wanted,
    found: actual,
    level: isPid ? level : null,
    span,
    because_of: null,
  };
  if (what === "pinned") {
    const message = `"${path}": PID ${wanted} at level ${level} could not be requested here; it got ${actual}`;
    const help = "see `sandbox doctor` for what is in the way, or leave out the pin";
    return { ...common, what: "pid", code: "SBX4008", message, help };
  }
  const name = isPid
    ? `${what}${level === slot.level ? "" : ` at level ${level}`}`
    : what === "level"
      ? what
      : NAMES[what];
  const message = `"${path}": expected ${name} ${wanted}, found ${actual ?? (isPid ? "none" : "no end")}`;
  return { ...common, what, code: "SBX5001", message, help: "" };
}

function wantedOf({ what, value }: Expectation): number | string {
  return what === "signal" ? signalName(value) : value;
}

function actualOf(what: Expectation["what"], { actualKind, actual }: ExpectationState) {
  if (actualKind === "nothing") return null;
  if (actualKind === "signal") {
    return what === "signal" ? signalName(actual) : `signal ${signalName(actual)}`;
  }
  return actualKind === "exit_code" && what !== "exit" ? `exit code ${actual}` : actual;
}

/** What most failures have in common: nothing was expected of them in so many words. */
function plain({ path, span }: Slot) {
  const none = { level: null, wanted: null, found: null, because_of: null, help: "" };
  return { path, span, ...none };
}

function neverBegan(slot: Slot, { fault }: SlotState, explain: Explain): Failed[] {
  if (fault === null) return [];
  return [{ ...plain(slot), what: "start", ...explain(slot.path, fault) }];
}

function sandboxTimedOut(plan: Plan, slot: Slot): Failed[] {
  const sandbox = plan.sandboxes[slot.sandbox];
  if (sandbox === undefined) return [];
  const message = `sandbox "${sandbox.path || plan.sandbox}" reached its time-out and was stopped`;
  return [{ ...plain(slot), what: "timeout", code: "SBX4005", span: sandbox.span, message }];
}

function timedOut(slot: Slot): Failed[] {
  const message = `process "${slot.path}" reached its time-out and was stopped`;
  return [{ ...plain(slot), what: "timeout", code: "SBX4005", message }];
}

function badEnd(slot: Slot, row: ReportProcess): Failed[] {
  const message = `process "${slot.path}" ${howItEnded(row)}`;
  const { exit } = row;
  const actual = exit === null ? null : "code" in exit ? exit.code : `signal ${exit.signal}`;
  return [{ ...plain(slot), what: "end", code: "SBX4004", found: actual, message }];
}

/** The first of what it waits for, or waited for in vain: those that still have not come. */
export function awaited(plan: Plan, slot: Slot, rows: readonly ReportProcess[]) {
  for (const { slot: index, condition } of slot.process?.dependsOn ?? []) {
    const row = rows[index];
    if (row === undefined) continue;
    if (isMetBy(condition, eventsOf(row))) continue;
    return { index, row, verb: WAIT_CONDITIONS[condition].verb, slot: plan.slots[index] };
  }
  return null;
}

/** What has become known of a process that others wait for. */
function eventsOf({ started_ns, fault, exit }: ReportProcess): WaitEvent[] {
  const hasStarted = started_ns !== null && fault === null;
  const isSuccess = exit !== null && "code" in exit && exit.code === 0;
  return [
    ...(hasStarted ? ["start" as const] : []),
    ...(exit === null ? [] : [isSuccess ? ("success" as const) : ("failure" as const)]),
  ];
}

/** What waited in vain; its cause is another's failure where that one has failed itself. */
function neverStarted(
  plan: Plan,
  slot: Slot,
  table: StateTable,
  rows: readonly ReportProcess[],
): Failed[] {
  const cause = awaited(plan, slot, rows);
  const why =
    cause === null
      ? "what it waits for can no longer come"
      : `it waits for "${cause.row.path}" to ${cause.verb}, which ${howItEnded(cause.row)}`;
  const hasFailed = cause !== null && (table.slots[cause.index]?.failures.size ?? 0) > 0;
  const message = `process "${slot.path}" never started: ${why}`;
  const because_of = hasFailed ? cause.row.path : null;
  return [{ ...plain(slot), what: "dependency", code: "SBX4010", message, because_of }];
}

export function howItEnded({ exit, fault, ended_by: by }: ReportProcess): string {
  if (fault !== null) return "could not be started";
  if (exit === null) return "never started";
  if (by === "stop" || by === "timeout") return "was stopped";
  if (by === "sandbox") return "ended with its sandbox";
  return "code" in exit ? `ended with code ${exit.code}` : `was killed by ${exit.signal}`;
}
