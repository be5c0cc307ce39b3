/** Every living process of a run, by the shim. I/O. */

import { shimPath } from "../host/shim-path.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import { decodeSnapshot } from "../wire/snapshot.ts";

/** Rows take some hundred bytes; this is beyond what PIDs there can be. */
const OUTPUT_MAX = 2 ** 31 - 1;

export interface SnapshotOptions {
  /** The inodes of all namespaces of each, not only of its PID namespace. */
  readonly namespaces?: boolean;
}

/** The monitor itself is not among them. None where the shim is gone or finds no procfs. */
export function snapshotOf(monitor: number, options: SnapshotOptions = {}): readonly ProcRow[] {
  const shim = shimPath();
  if (shim === null) return [];
  const flags = options.namespaces ? ["--namespaces"] : [];
  const { exitCode, stdout } = Bun.spawnSync([shim, "snapshot", String(monitor), ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: OUTPUT_MAX,
  });
  return (exitCode === 0 ? decodeSnapshot(stdout) : null) ?? [];
}
