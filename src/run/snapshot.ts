/** Every living process below one: by the shim, which is fast, else read here. I/O. */

import { descendantsOf } from "../host/procfs.ts";
import { shimPath } from "../host/shim-path.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import { decodeSnapshot } from "../wire/snapshot.ts";

/** Rows take some hundred bytes; this is beyond what PIDs there can be. */
const OUTPUT_MAX = 2 ** 31 - 1;

/** `ancestor` itself is not among them. */
export function snapshotBelow(ancestor: number): readonly ProcRow[] {
  const shim = shimPath();
  if (shim !== null) {
    const { exitCode, stdout } = Bun.spawnSync([shim, "snapshot", String(ancestor)], {
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: OUTPUT_MAX,
    });
    const rows = exitCode === 0 ? decodeSnapshot(stdout) : null;
    if (rows !== null) return rows;
  }
  return descendantsOf(ancestor);
}
