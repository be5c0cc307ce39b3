/** The namespaces around processes, asked of the kernel through the shim. I/O. */

import { shimPath } from "../host/shim-path.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import { decodeNamespaces } from "../wire/namespaces.ts";

/** So that their numbers are far from what execve takes as arguments. */
const PIDS_A_CALL = 4_096;
const OUTPUT_MAX = 2 ** 31 - 1;

let failure: string | null = null;

/** Why some of what was asked for is missing though it may be ours to see; null: nothing is. */
export function namespacesFailure(): string | null {
  return failure;
}

/** By PID. What cannot be asked is as what may not be looked into; see `namespacesFailure`. */
export function namespacesOf(pids: readonly number[]): Map<number, NamespaceRow> {
  const rows = new Map<number, NamespaceRow>();
  const shim = shimPath();
  if (shim === null) failure = "the native shim is not there";
  for (let first = 0; shim !== null && first < pids.length; first += PIDS_A_CALL) {
    const asked = pids.slice(first, first + PIDS_A_CALL).map(String);
    const found = decodeNamespaces(outputOf([shim, "namespaces", ...asked])) ?? [];
    if (found.length < asked.length) failure ??= "the shim's answer is not whole";
    for (const row of found) rows.set(row.pid, row);
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
    failure = `the shim failed (${signalCode ?? `exit code ${exitCode}`})`;
  } catch (error) {
    failure = `the shim cannot be started (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  }
  return new Uint8Array(0);
}
