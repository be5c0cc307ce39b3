/** The report: every process of a run with its PIDs at every level. Schema id `report/1`. */

import type { NamespaceFile } from "../base/namespace-kinds.ts";

export interface Report {
  readonly report: 1;
  readonly phase: "started" | "ended";
  readonly sandbox: string;
  /** `sha256:` and hex. */
  readonly plan: string;
  /** `requested`: every PID from level 1 on was asked for with set_tid. */
  readonly pid_mode: "requested" | "ordered";
  readonly outcome: string;
  readonly observer: { readonly pidns: number; readonly kernel: string };
  readonly namespaces: readonly ReportNamespace[];
  /** Plan order; what was forked stands behind the process it descends from. */
  readonly processes: readonly ReportProcess[];
  /** Only of a traced run that has ended: by what it was traced, and how many events that missed. */
  readonly tracer?: { readonly by: "none" | "bpf" | "ptrace"; readonly lost: number };
  /** Only of a traced run that has ended: everything that happened, in order. */
  readonly trace?: readonly ReportTraceEvent[];
}

export interface ReportTraceEvent {
  /** Since the first process of the run was started. */
  readonly at_ns: number;
  readonly event: "fork" | "exec" | "exit";
  /** Of the process that was made, became another program, or ended. */
  readonly path: string;
  /** Its PIDs, outermost first. */
  readonly pids: readonly number[];
  /** Of a fork, the path of who forked; null where that is the shim above all. */
  readonly parent: string | null;
  /** Of an exec. */
  readonly argv: readonly string[] | null;
  /** Of an exit. */
  readonly exit: ReportProcess["exit"];
}

export interface ReportNamespace {
  /** `""` is the root sandbox. */
  readonly path: string;
  readonly level: number;
  /** Null of the root. */
  readonly parent: string | null;
  /** By the names of /proc/PID/ns; only those that were learnt. */
  readonly inodes: Readonly<Partial<Record<NamespaceFile, number>>>;
}

export type ProcessState = "pending" | "running" | "stopped" | "zombie" | "exited";

export interface ReportProcess {
  readonly path: string;
  readonly kind: "init" | "declared" | "forked" | "joined";
  readonly sandbox: string;
  readonly level: number;
  /** `level + 1` entries, outermost first; null where the kernel has given none yet. */
  readonly pids: readonly (number | null)[];
  /** As `pids`, of the parent; 0 where it is outside of that level's namespace. */
  readonly ppids: readonly (number | null)[];
  readonly state: ProcessState;
  readonly exit: { readonly code: number } | { readonly signal: string } | null;
  /** Who ended it, where it has ended: the run by stopping it, the kernel with its sandbox … */
  readonly ended_by: "itself" | "stop" | "timeout" | "sandbox" | null;
  /** Levels at which the spec pins its PID. */
  readonly pinned: readonly number[];
  /** Why it could not be started; null where it could. */
  readonly fault: { readonly step: string; readonly errno: number; readonly level: number } | null;
  readonly comm: string;
  readonly argv: readonly string[];
  /** Since the first process of the run was started. */
  readonly started_ns: number | null;
  readonly ended_ns: number | null;
  /** Effective user, as the observer sees it; only of what lives. */
  readonly uid?: number;
  /** As of ReportNamespace; only of what lives, and those that are not its sandbox's. */
  readonly inodes?: ReportNamespace["inodes"];
}
