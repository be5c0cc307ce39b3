/** The namespaces around processes, asked of the kernel by sandbox-look. I/O. */

import { lookPath } from "../host/shim-path.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import { decodeNamespaces } from "../wire/namespaces.ts";

/** Far below the size of arguments that execve takes. */
const PIDS_A_CALL = 4_096;
const OUTPUT_MAX = 2 ** 31 - 1;

let failure: string | null = null;

/** Why rows are missing of processes that may be read; null: none are. */
export function namespacesFailure(): string | null {
  return failure;
}

/** By PID. A process without a row counts as one that may not be read; see `namespacesFailure`. */
export function namespacesOf(pids: readonly number[]): Map<number, NamespaceRow> {
  const rows = new Map<number, NamespaceRow>();
  const look = lookPath();
  if (look === null) failure = "the program sandbox-look is not there";
  for (let first = 0; look !== null && first < pids.length; first += PIDS_A_CALL) {
    const asked = pids.slice(first, first + PIDS_A_CALL).map(String);
    const read = decodeNamespaces(outputOf([look, "namespaces", ...asked])) ?? [];
    if (read.length < asked.length) failure ??= "the answer of sandbox-look is not whole";
    for (const row of read) rows.set(row.pid, row);
  }
  return rows;
}

/** Empty where the shim fails. */
function outputOf(command: string[]): Uint8Array {
  try {
    const { exitCode, signalCode, stdout } = Bun.spawnSync(command, {
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: OUTPUT_MAX,
    });
    if (exitCode === 0) return stdout;
    failure = `sandbox-look failed (${signalCode ?? `exit code ${exitCode}`})`;
  } catch (error) {
    failure = `sandbox-look cannot be started (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  }
  return new Uint8Array(0);
}
