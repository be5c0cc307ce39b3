/** The namespaces around processes, asked of the kernel through the shim. I/O. */

import { shimPath } from "../host/shim-path.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import { decodeNamespaces } from "../wire/namespaces.ts";

/** So that their numbers are far from what execve takes as arguments. */
const PIDS_A_CALL = 4_096;
const OUTPUT_MAX = 2 ** 31 - 1;

/** By PID. Without a shim nothing can be asked, and all are as those that may not be looked into. */
export function namespacesOf(pids: readonly number[]): Map<number, NamespaceRow> {
  const rows = new Map<number, NamespaceRow>();
  const shim = shimPath();
  for (let first = 0; shim !== null && first < pids.length; first += PIDS_A_CALL) {
    const asked = pids.slice(first, first + PIDS_A_CALL).map(String);
    const { exitCode, stdout } = Bun.spawnSync([shim, "namespaces", ...asked], {
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: OUTPUT_MAX,
    });
    const found = exitCode === 0 ? (decodeNamespaces(stdout) ?? []) : [];
    for (const row of found) rows.set(row.pid, row);
  }
  return rows;
}
