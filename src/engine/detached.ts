/** Starting a run that lives on without this program. I/O. */

import { decodeTable } from "../wire/table.ts";
import { type MonitorStart, startMonitor } from "./monitor.ts";

export interface Detached {
  /** The shim: the monitor, or the guard above it, which passes signals on. */
  readonly pid: number;
  /**
   * `started`: all of it has. `ended`: before that; its directory has the last table. `refused`: it has not
   * begun, and its directory is the caller's to remove.
   */
  readonly state: "started" | "ended" | "refused";
  /** Null while it runs. */
  readonly exitCode: number | null;
}

/**
 * Starts the run and awaits that all of it has started, or that it has ended. It is detached from the
 * first moment on: whatever becomes of this program, `stop` and `kill` of its control socket end it.
 * Its standard streams are /dev/null; what the shim says before it has the run in hand goes to stderr.
 */
export async function startDetached(
  start: Omit<MonitorStart, "stdin" | "stdoutFd" | "traceFd" | "isDetached">,
): Promise<Detached> {
  const streams = { stdin: "ignore", stdoutFd: STDERR, traceFd: null } as const;
  const monitor = startMonitor({ ...start, ...streams, isDetached: true });
  const { pid } = monitor;
  for await (const { kind } of monitor.frames) {
    if (kind !== "started") continue;
    monitor.leave();
    return { pid, state: "started", exitCode: null };
  }
  const exitCode = await monitor.exited;
  const hasBegun = (decodeTable(monitor.readTable(), null)?.monitorPid ?? 0) > 0;
  return { pid, state: hasBegun ? "ended" : "refused", exitCode };
}

const STDERR = 2;
