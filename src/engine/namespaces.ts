/** The namespaces around processes, asked of the kernel by sandbox-look. I/O. */

import { lookPath } from "../host/shim-path.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import { decodeNamespaces } from "../wire/namespaces.ts";

/** Far below the size of arguments that execve takes. */
const PIDS_A_CALL = 4_096;
const OUTPUT_MAX = 2 ** 31 - 1;

/** By PID. Empty without the program: then all count as processes that may not be read. */
export function namespacesOf(pids: readonly number[]): Map<number, NamespaceRow> {
  const rows = new Map<number, NamespaceRow>();
  const look = lookPath();
  for (let first = 0; look !== null && first < pids.length; first += PIDS_A_CALL) {
    const asked = pids.slice(first, first + PIDS_A_CALL).map(String);
    const { exitCode, stdout } = Bun.spawnSync([look, "namespaces", ...asked], {
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: OUTPUT_MAX,
    });
    const read = exitCode === 0 ? (decodeNamespaces(stdout) ?? []) : [];
    for (const row of read) rows.set(row.pid, row);
  }
  return rows;
}
