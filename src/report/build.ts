/** Folds plan, state table and a snapshot into a report. Pure. */

import { errnoName } from "../base/errno-names.ts";
import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { SlotState, StateTable } from "../wire/table.ts";
import type { Gap, ProcessState, Report, ReportNamespace, ReportProcess } from "./report.ts";
import { fileOf, liveState, ofLive, ownInodes, withUndeclared } from "./undeclared.ts";
import { awaited, type Explain, howItEnded, type Locate, verdictOf } from "./verdict.ts";

export interface ReportInput {
  readonly phase: Report["phase"];
  readonly plan: Plan;
  readonly hash: string;
  /** As it was after the snapshot was taken. */
  readonly table: StateTable;
  /** As it was before: what has been restarted meanwhile is declared under its old PIDs too. */
  readonly former?: StateTable;
  /** Every live process of the run; empty once it has ended. */
  readonly snapshot: readonly ProcRow[];
  readonly observer: Report["observer"];
  /** What made the report, of which spec, and when. */
  readonly made: Pick<Report, "version" | "spec" | "params" | "time">;
  /** What was to be seen and is not here. */
  readonly gaps: readonly Gap[];
  readonly locate: Locate;
  readonly explain: Explain;
}

const INIT_ARGV = ["[sandbox-init]"];

export function buildReport(input: ReportInput): Report {
  const { plan, table, former, snapshot } = input;
  const live = new Map(snapshot.map((row) => [row.pids[0] ?? 0, row] as const));
  const origin = firstStart(table);
  const since = (ns: number) =>
    ns > 0 && Number.isFinite(origin) ? Math.max(0, ns - origin) : null;
  const sandboxes = new Map(plan.sandboxes.map(({ path }, index) => [path, index] as const));
  const inodes = (row: ProcRow, sandbox: string) =>
    ownInodes(row.inodes, table.inodes[sandboxes.get(sandbox) ?? -1]);
  const rows = plan.slots.map((slot, index) => {
    const state = table.slots[index] ?? null;
    const row = live.get(alivePid(state));
    const declaredAs = declaredRow(input, slot, state, row, since);
    return row === undefined
      ? declaredAs
      : { ...declaredAs, ...ofLive(row, inodes(row, declaredAs.sandbox)) };
  });
  const declared = withReasons(plan, table, rows);
  const gaps = [...input.gaps, ...outputGap(declared, table)];
  const undeclared = { declared, snapshot, since, inodes, initOf: initsOf(plan, table, declared) };
  return {
    report: 1,
    phase: input.phase,
    sandbox: plan.sandbox,
    ...input.made,
    plan: input.hash,
    pid_mode: table.pidMode,
    outcome: table.outcome,
    verdict: verdictOf(plan, table, declared, input.locate, input.explain),
    complete: gaps.length === 0,
    incomplete: gaps,
    observer: input.observer,
    namespaces: plan.sandboxes.map((_, index) => namespaceRow(plan, table, index)),
    processes:
      snapshot.length === 0
        ? declared
        : withUndeclared({ ...undeclared, byPid: livingOf([former, table], declared) }),
  };
}

/** What has not started says what it waits for, or why it never will. */
function withReasons(
  plan: Plan,
  table: StateTable,
  rows: readonly ReportProcess[],
): readonly ReportProcess[] {
  if (rows.every(({ state }) => state !== "pending")) return rows;
  return rows.map((row, index) => {
    const slot = plan.slots[index];
    if (row.state !== "pending" || slot === undefined) return row;
    const isGivenUp = table.slots[index]?.state === "skipped";
    const cause = awaited(plan, slot, rows);
    if (cause === null) return { ...row, reason: isGivenUp ? "the run ended first" : null };
    const { path } = cause.row;
    const isOver = cause.row.state === "exited" || table.phase === "ended";
    const reason =
      isGivenUp && isOver
        ? `"${path}" ${howItEnded(cause.row)}`
        : `waits for "${path}" to ${cause.verb}`;
    return { ...row, reason };
  });
}

const MEMORY_HELP = "the host, or the control group of this run, is short of memory";
const OUTPUT_HELP: Readonly<Record<string, string>> = {
  EMFILE: "raise the limit of open descriptors (ulimit -n)",
  ENOSPC:
    "free space where the run's directory is, or raise what this user may watch (/proc/sys/fs/epoll/max_user_watches)",
  EDQUOT: "free space where the run's directory is: this user's quota is used up",
  EFBIG: "raise the limit on the size of files (ulimit -f)",
  ENOMEM: MEMORY_HELP,
  ENOBUFS: MEMORY_HELP,
};

/** In the order of plan slots, rows and slots alike. */
function outputGap(rows: readonly ReportProcess[], { slots }: StateTable): Gap[] {
  const losers = rows.flatMap(({ path, output_lost }, index) =>
    output_lost ? [{ path, errno: slots[index]?.outputErrno ?? 0 }] : [],
  );
  const [first, ...others] = losers;
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and of ${others.length} more`;
  const reason = losers.find(({ errno }) => errno > 0)?.errno;
  const name = reason === undefined ? null : errnoName(reason);
  return [
    {
      what: "output",
      why: `not all that "${first.path}"${more} printed could be passed on${name === null ? "" : ` (${name})`}`,
      help:
        name === null
          ? "it had not come to the monitor when the run ended, as where an init is killed"
          : (OUTPUT_HELP[name] ?? "run `sandbox doctor` to see what this host can do"),
    },
  ];
}

/** On CLOCK_MONOTONIC; infinite before there is one. */
function firstStart({ slots }: StateTable): number {
  let first = Infinity;
  for (const { startedNs } of slots) if (startedNs > 0 && startedNs < first) first = startedNs;
  return first;
}

/** By PID at level 0, the rows of those that live by any of the tables. */
function livingOf(
  tables: readonly (StateTable | undefined)[],
  declared: readonly ReportProcess[],
): Map<number, ReportProcess> {
  const living = new Map<number, ReportProcess>();
  for (const table of tables) {
    for (let index = 0; index < declared.length; index++) {
      const pid = alivePid(table?.slots[index] ?? null);
      const row = declared[index];
      if (pid !== 0 && row !== undefined) living.set(pid, row);
    }
  }
  return living;
}

/** At level 0; 0 where it has none that is still its own. */
function alivePid(state: SlotState | null): number {
  const isAlive = state?.state === "running" || state?.state === "starting";
  return isAlive ? (state.pids[0] ?? 0) : 0;
}

/** By inode of a PID namespace, the init of the outermost sandbox that has it. */
function initsOf(
  plan: Plan,
  table: StateTable,
  declared: readonly ReportProcess[],
): Map<number, ReportProcess> {
  const inits = new Map<number, ReportProcess>();
  for (const [index, { initSlot }] of plan.sandboxes.entries()) {
    const inode = table.inodes[index]?.pid ?? 0;
    const init = declared[initSlot];
    if (inode !== 0 && init !== undefined && !inits.has(inode)) inits.set(inode, init);
  }
  return inits;
}

function namespaceRow(plan: Plan, table: StateTable, index: number): ReportNamespace {
  const sandbox = plan.sandboxes[index];
  const inodes = table.inodes[index];
  const learnt = NAMESPACE_KINDS.flatMap((kind): [string, number][] => {
    const inode = inodes?.[kind] ?? 0;
    return inode === 0 ? [] : [[fileOf(kind), inode]];
  });
  return {
    path: sandbox?.path ?? "",
    level: sandbox?.level ?? 0,
    parent: sandbox?.parent == null ? null : (plan.sandboxes[sandbox.parent]?.path ?? ""),
    inodes: Object.fromEntries(learnt),
  };
}

function declaredRow(
  { plan, table }: ReportInput,
  slot: Slot,
  state: SlotState | null,
  row: ProcRow | undefined,
  since: (ns: number) => number | null,
): ReportProcess {
  const pids = (state?.pids ?? []).map((pid) => (pid === 0 ? null : pid));
  const argv = slot.process?.argv ?? INIT_ARGV;
  return {
    path: slot.path,
    kind: slot.kind === "init" ? "init" : "declared",
    sandbox: plan.sandboxes[slot.sandbox]?.path ?? "",
    level: slot.level,
    pids,
    ppids: pids[0] == null ? pids.map(() => null) : parentPids(plan, table, slot),
    state: stateOf(state, row),
    reason: null,
    exit: state === null ? null : exitOf(state),
    fault: state?.state === "failed" ? state.fault : null,
    ended_by: state === null ? null : endedBy(state),
    failed: (state?.failures.size ?? 0) > 0,
    ...(state?.flags.has("output_lost") && { output_lost: true }),
    ...(state !== null && state.generation > 0 && { restarts: state.generation }),
    pinned: pinnedOf(slot),
    comm: row?.comm ?? (slot.kind === "init" ? "sandbox-init" : commOf(argv)),
    argv: slot.kind === "process" && row !== undefined && row.argv.length > 0 ? row.argv : argv,
    ...(slot.kind === "process" && row?.isArgvCut && { argv_cut: true }),
    started_ns: since(state?.startedNs ?? 0),
    ended_ns: state?.state === "skipped" ? null : since(state?.endedNs ?? 0),
  };
}

function pinnedOf({ process }: Slot): readonly number[] {
  if (process === null || process.pins.length === 0) return [];
  return process.pins.map(({ level }) => level).toSorted((a, b) => a - b);
}

/** What the kernel makes of a program's path. Source: TASK_COMM_LEN, 16 with the NUL. */
function commOf(argv: readonly string[]): string {
  const program = argv[0] ?? "";
  const name = program.lastIndexOf("/") + 1;
  return program.slice(name, name + 15);
}

function exitOf(state: SlotState): ReportProcess["exit"] {
  if (state.state !== "exited") return null;
  return state.exitSignal > 0 ? { signal: signalName(state.exitSignal) } : { code: state.exitCode };
}

function endedBy({ state, flags }: SlotState): ReportProcess["ended_by"] {
  if (state !== "exited") return null;
  if (flags.has("timed_out") || flags.has("sandbox_timed_out")) return "timeout";
  if (flags.has("ended_with_sandbox")) return "sandbox";
  return flags.has("stopped") ? "stop" : "itself";
}

function stateOf(state: SlotState | null, row: ProcRow | undefined): ProcessState {
  if (state === null || state.state === "pending" || state.state === "skipped") return "pending";
  if (state.state === "exited" || state.state === "failed") return "exited";
  return row === undefined ? "running" : liveState(row.state);
}

/** The supervisor's PIDs, down to the level it lives at; below it is outside. */
function parentPids(plan: Plan, table: StateTable, slot: Slot): (number | null)[] {
  const supervisor = slot.supervisor === null ? null : plan.sandboxes[slot.supervisor];
  const parent = supervisor == null ? [table.monitorPid] : table.slots[supervisor.initSlot]?.pids;
  return Array.from({ length: slot.level + 1 }, (_, level) => parent?.[level] ?? 0);
}
