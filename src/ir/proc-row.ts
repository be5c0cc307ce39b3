/** One living process, as a snapshot shows it. */

export interface ProcRow {
  /** By level, outermost first. */
  readonly pids: readonly number[];
  /** PID of the parent at level 0. */
  readonly parentPid: number;
  /** One letter, as in proc_pid_stat(5). */
  readonly state: string;
  readonly comm: string;
  readonly argv: readonly string[];
  /** Clock ticks since boot; with the PID it names a process for good. */
  readonly startTicks: number;
  /** Inode of its PID namespace; 0 where it could not be learnt. */
  readonly pidns: number;
}
