/** Folds plan, state table and a snapshot into a report. Pure. */

import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { SlotState, StateTable } from "../wire/table.ts";
import type { ProcessState, Report, ReportNamespace, ReportProcess } from "./report.ts";

export interface ReportInput {
  readonly phase: Report["phase"];
  readonly plan: Plan;
  readonly hash: string;
  readonly table: StateTable;
  /** Every live process below the monitor; empty once the run has ended. */
  readonly snapshot: readonly ProcRow[];
  readonly observer: Report["observer"];
}

const INIT_ARGV = ["[sandbox-init]"];

export function buildReport(input: ReportInput): Report {
  const { plan, table } = input;
  const live = new Map(input.snapshot.map((row) => [row.pids[0] ?? 0, row] as const));
  const starts = table.slots.flatMap(({ startedNs }) => (startedNs > 0 ? [startedNs] : []));
  const origin = starts.reduce((least, start) => Math.min(least, start), Infinity);
  const declared = plan.slots.map((slot, index) =>
    declaredRow(input, slot, table.slots[index] ?? null, live, origin),
  );
  return {
    report: 1,
    phase: input.phase,
    sandbox: plan.sandbox,
    plan: input.hash,
    pid_mode: table.pidMode,
    outcome: table.outcome,
    observer: input.observer,
    namespaces: plan.sandboxes.map((_, index) => namespaceRow(plan, table, index)),
    processes: withForked(declared, input, live),
  };
}

function namespaceRow(plan: Plan, table: StateTable, index: number): ReportNamespace {
  const sandbox = plan.sandboxes[index];
  const inodes = table.inodes[index];
  const learnt = NAMESPACE_KINDS.flatMap((kind): [string, number][] => {
    const inode = inodes?.[kind] ?? 0;
    return inode === 0 ? [] : [[kind === "mount" ? "mnt" : kind, inode]];
  });
  return {
    path: sandbox?.path ?? "",
    level: sandbox?.level ?? 0,
    parent: sandbox?.parent == null ? null : (plan.sandboxes[sandbox.parent]?.path ?? ""),
    inodes: Object.fromEntries(learnt),
  };
}

function declaredRow(
  input: ReportInput,
  slot: Slot,
  state: SlotState | null,
  live: ReadonlyMap<number, ProcRow>,
  origin: number,
): ReportProcess {
  const { plan, table } = input;
  const pids = (state?.pids ?? []).map((pid) => (pid === 0 ? null : pid));
  const row = pids[0] == null ? undefined : live.get(pids[0]);
  const argv = slot.process?.argv ?? INIT_ARGV;
  const since = (ns: number) =>
    ns > 0 && Number.isFinite(origin) ? Math.max(0, ns - origin) : null;
  return {
    path: slot.path,
    kind: slot.kind === "init" ? "init" : "declared",
    sandbox: plan.sandboxes[slot.sandbox]?.path ?? "",
    level: slot.level,
    pids,
    ppids: pids[0] == null ? pids.map(() => null) : parentPids(plan, table, slot),
    state: stateOf(state, row),
    exit: state === null ? null : exitOf(state),
    fault: state?.state === "failed" ? state.fault : null,
    ended_by: state === null ? null : endedBy(state),
    pinned: (slot.process?.pins ?? []).map(({ level }) => level).toSorted((a, b) => a - b),
    comm: row?.comm ?? (slot.kind === "init" ? "sandbox-init" : commOf(argv)),
    argv: slot.kind === "process" && row !== undefined && row.argv.length > 0 ? row.argv : argv,
    started_ns: since(state?.startedNs ?? 0),
    ended_ns: state?.state === "skipped" ? null : since(state?.endedNs ?? 0),
  };
}

/** What the kernel makes of a program's path. Source: TASK_COMM_LEN, 16 with the NUL. */
function commOf(argv: readonly string[]): string {
  return (argv[0] ?? "").split("/").at(-1)?.slice(0, 15) ?? "";
}

function exitOf(state: SlotState): ReportProcess["exit"] {
  if (state.state !== "exited") return null;
  return state.exitSignal > 0 ? { signal: signalName(state.exitSignal) } : { code: state.exitCode };
}

function endedBy({ state, flags }: SlotState): ReportProcess["ended_by"] {
  if (state !== "exited") return null;
  if (flags.has("timed_out")) return "timeout";
  if (flags.has("ended_with_sandbox")) return "sandbox";
  return flags.has("stopped") ? "stop" : "itself";
}

function stateOf(state: SlotState | null, row: ProcRow | undefined): ProcessState {
  if (state === null || state.state === "pending" || state.state === "skipped") return "pending";
  if (state.state === "exited" || state.state === "failed") return "exited";
  return row === undefined ? "running" : liveState(row.state);
}

function liveState(letter: string): ProcessState {
  if (letter === "Z" || letter === "X") return "zombie";
  return letter === "T" || letter === "t" ? "stopped" : "running";
}

/** The supervisor's PIDs, down to the level it lives at; below it is outside. */
function parentPids(plan: Plan, table: StateTable, slot: Slot): (number | null)[] {
  const supervisor = slot.supervisor === null ? null : plan.sandboxes[slot.supervisor];
  const parent = supervisor == null ? [table.monitorPid] : table.slots[supervisor.initSlot]?.pids;
  return Array.from({ length: slot.level + 1 }, (_, level) => parent?.[level] ?? 0);
}

/** Puts what the workloads forked behind the process it descends from. */
function withForked(
  declared: readonly ReportProcess[],
  input: ReportInput,
  live: ReadonlyMap<number, ProcRow>,
): ReportProcess[] {
  const byPid = new Map(declared.map((row) => [row.pids[0], row] as const));
  const forked = new Map<ReportProcess, ReportProcess[]>();
  for (const row of input.snapshot) {
    if (byPid.has(row.pids[0])) continue;
    const ancestor = declaredAncestor(row, byPid, live);
    if (ancestor === null) continue;
    const list = forked.get(ancestor) ?? [];
    forked.set(ancestor, list);
    list.push(forkedRow(row, ancestor, live));
  }
  return declared.flatMap((row) => {
    const below = forked.get(row) ?? [];
    return [row, ...below.toSorted((a, b) => (a.pids.at(-1) ?? 0) - (b.pids.at(-1) ?? 0))];
  });
}

function declaredAncestor(
  row: ProcRow,
  byPid: ReadonlyMap<number | null | undefined, ReportProcess>,
  live: ReadonlyMap<number, ProcRow>,
): ReportProcess | null {
  // No chain is longer than the number of processes, even if a snapshot were to hold a circle.
  let parent = row.parentPid;
  for (let steps = 0; steps <= live.size; steps++) {
    const found = byPid.get(parent);
    if (found !== undefined) return found;
    const next = live.get(parent);
    if (next === undefined) return null;
    parent = next.parentPid;
  }
  return null;
}

function forkedRow(
  row: ProcRow,
  ancestor: ReportProcess,
  live: ReadonlyMap<number, ProcRow>,
): ReportProcess {
  const level = row.pids.length - 1;
  const parent = live.get(row.parentPid)?.pids ?? [row.parentPid];
  return {
    path: `${ancestor.path}+${row.pids[level]}`,
    kind: "forked",
    sandbox: ancestor.sandbox,
    level,
    pids: row.pids,
    ppids: row.pids.map((_, at) => parent[at] ?? 0),
    state: liveState(row.state),
    exit: null,
    fault: null,
    ended_by: null,
    pinned: [],
    comm: row.comm,
    argv: row.argv.length > 0 ? row.argv : [`[${row.comm}]`],
    started_ns: null,
    ended_ns: null,
  };
}
