/** Adds a trace to a report: a row for each process that ever lived, and its events in order. Pure. */

import { signalName } from "../ir/signals.ts";
import type { Trace, TraceEvent } from "../wire/trace.ts";
import type { Report, ReportProcess, ReportTraceEvent } from "./report.ts";

/** One life of one PID at level 0. */
interface Life {
  readonly pids: readonly number[];
  /** Short-lived child of the shim's own. */
  readonly isHelper: boolean;
  readonly parent: Life | null;
  readonly parentPid: number;
  /** Declared process or init that it is; null: see `path`. */
  row: ReportProcess | null;
  /** An earlier life of a declared process: its events are that one's, but no row is its own. */
  readonly isFormer: boolean;
  path: string | null;
  /** The declared process that it descends from, itself included. */
  ancestor: ReportProcess | null;
  comm: string;
  argv: readonly string[];
  isArgvCut: boolean;
  startedNs: number;
  endedNs: number | null;
  exit: ReportProcess["exit"];
}

/** `origin` is the time of the first start, on the clock of the events. */
export function withTrace(
  report: Report,
  { tracer, missed, events }: Trace,
  origin: number,
): Report {
  const reader = new TraceReader(report.processes, origin);
  for (const event of events) reader.add(event);
  return {
    ...report,
    processes: withLives(report.processes, reader.lives, (ns) => reader.since(ns)),
    tracer: { by: tracer, lost: missed },
    trace: reader.trace,
  };
}

/** Makes lives of events, which come in order. */
class TraceReader {
  /** In order of their forks, those of the shim's helpers too. */
  readonly lives: Life[] = [];
  readonly trace: ReportTraceEvent[] = [];
  readonly #origin: number;
  /** Declared processes whose fork is still to come, by PID at level 0. */
  readonly #declared: Map<number, ReportProcess>;
  /** Those that have lived before, by what they had in each life: their PIDs below level 0. */
  readonly #restarted: Map<string, ReportProcess>;
  readonly #alive = new Map<number, Life>();
  readonly #nameCounts = new Map<string, number>();

  constructor(processes: readonly ReportProcess[], origin: number) {
    this.#declared = new Map(processes.map((row) => [row.pids[0] ?? 0, row] as const));
    const restarted = processes.filter(({ restarts = 0, level }) => restarts > 0 && level > 0);
    this.#restarted = new Map(restarted.map((row) => [innerPids(row.pids), row] as const));
    this.#origin = origin;
  }

  add(event: TraceEvent): void {
    const pid = event.pids[0] ?? 0;
    if (event.kind === "fork") {
      const life = this.#born(event, visible(this.#alive.get(event.parentPid) ?? null));
      this.#alive.set(pid, life);
      this.lives.push(life);
    }
    const life = this.#alive.get(pid);
    if (life === undefined) return;
    this.#record(life, event);
    if (event.kind === "exit") this.#alive.delete(pid);
  }

  /** Ns after the first start; 0 for what was before. */
  since(ns: number): number {
    return Math.max(0, ns - this.#origin);
  }

  #born(event: TraceEvent, parent: Life | null): Life {
    const row = this.#declared.get(event.pids[0] ?? 0) ?? null;
    // A PID that is used again names another process than the declared one.
    this.#declared.delete(event.pids[0] ?? 0);
    const isOfShim = parent === null || parent.row?.kind === "init";
    const former =
      row === null && isOfShim ? this.#restarted.get(innerPids(event.pids)) : undefined;
    // A process that an init of the shim forks and no spec asks for is a short-lived helper.
    const isHelper = row === null && former === undefined && isOfShim;
    const ancestor = row ?? former ?? (isHelper ? null : (parent?.ancestor ?? null));
    const ownPid = event.pids[ancestor?.level ?? 0] ?? 0;
    return {
      pids: event.pids,
      isHelper,
      parent,
      parentPid: event.parentPid,
      row,
      isFormer: former !== undefined,
      path: (row ?? former)?.path ?? (ancestor === null ? null : this.#nameFor(ancestor, ownPid)),
      ancestor,
      comm: event.comm,
      argv: parent?.argv ?? [],
      isArgvCut: parent?.isArgvCut ?? false,
      startedNs: event.atNs,
      endedNs: null,
      exit: null,
    };
  }

  /** `web+17`, and `web+17#2` where that PID is used again. */
  #nameFor(ancestor: ReportProcess, pid: number): string {
    const name = `${ancestor.path}+${pid}`;
    const count = (this.#nameCounts.get(name) ?? 0) + 1;
    this.#nameCounts.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  }

  #record(life: Life, event: TraceEvent): void {
    if (event.kind === "exec") {
      life.comm = event.comm;
      life.argv = event.argv;
      life.isArgvCut = event.isArgvCut;
    } else if (event.kind === "exit") {
      life.endedNs = event.atNs;
      life.exit = exitOf(event.status);
    }
    // The shim's own short-lived helpers are not the run's processes.
    if (life.path === null) return;
    this.trace.push(traceEvent(life, life.path, event, this.since(event.atNs)));
  }
}

function innerPids(pids: ReportProcess["pids"]): string {
  return pids.slice(1).join();
}

/** The nearest that is no helper: a helper makes its children for the supervisor (CLONE_PARENT). */
function visible(parent: Life | null): Life | null {
  let at = parent;
  while (at?.isHelper) at = at.parent;
  return at;
}

function traceEvent(life: Life, path: string, event: TraceEvent, atNs: number): ReportTraceEvent {
  const { kind, argv, isArgvCut } = event;
  return {
    at_ns: atNs,
    event: kind,
    path,
    pids: life.pids,
    parent: kind === "fork" ? (life.parent?.path ?? null) : null,
    argv: kind === "exec" ? argv : null,
    ...(kind === "exec" && isArgvCut && { argv_cut: true }),
    exit: kind === "exit" ? life.exit : null,
  };
}

/** Source: wait4(2), the macros. */
function exitOf(status: number): ReportProcess["exit"] {
  const signal = status & 0x7f;
  return signal === 0 ? { code: (status >> 8) & 0xff } : { signal: signalName(signal) };
}

function withLives(
  processes: readonly ReportProcess[],
  lives: readonly Life[],
  since: (ns: number) => number,
): ReportProcess[] {
  const below = new Map<ReportProcess, ReportProcess[]>();
  for (const life of lives) {
    if (life.row !== null || life.isFormer || life.ancestor === null) continue;
    const list = below.get(life.ancestor) ?? [];
    below.set(life.ancestor, list);
    list.push(rowOf(life, life.ancestor, since));
  }
  // What a snapshot has seen of the same processes is in the trace too.
  return processes
    .filter(({ kind }) => kind !== "forked")
    .flatMap((row) => [row, ...(below.get(row) ?? [])]);
}

function rowOf(life: Life, ancestor: ReportProcess, since: (ns: number) => number): ReportProcess {
  const { pids, parent, parentPid, exit, endedNs } = life;
  const above = parent?.pids ?? [parentPid];
  return {
    path: life.path ?? "",
    kind: "forked",
    sandbox: ancestor.sandbox,
    level: pids.length - 1,
    pids,
    ppids: pids.map((_, level) => above[level] ?? 0),
    state: endedNs === null ? "running" : "exited",
    reason: null,
    exit,
    fault: null,
    ended_by: null,
    failed: false,
    pinned: [],
    comm: life.comm,
    ...(life.isArgvCut && { argv_cut: true }),
    argv: life.argv.length > 0 ? life.argv : [`[${life.comm}]`],
    started_ns: since(life.startedNs),
    ended_ns: endedNs === null ? null : since(endedNs),
  };
}
