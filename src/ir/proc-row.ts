/** One living process, as a snapshot shows it. */

import type { NamespaceKind } from "./namespaces.ts";

export interface ProcRow {
  /** By level, outermost first. */
  readonly pids: readonly number[];
  /** As `pids`, of its parent; 0 where that is outside of the level's namespace. */
  readonly ppids: readonly number[];
  /** One letter, as in proc_pid_stat(5). */
  readonly state: string;
  readonly comm: string;
  readonly argv: readonly string[];
  /** Whether there is more of its arguments than that. */
  readonly isArgvCut: boolean;
  /** On CLOCK_MONOTONIC, down to a tick; with the PID it names a process for good. */
  readonly startNs: number;
  /** Effective user, as the observer sees it; null where that is not known. */
  readonly uid: number | null;
  /** Inodes of the namespaces that were asked for and may be read. */
  readonly inodes: Readonly<Partial<Record<NamespaceKind, number>>>;
}
