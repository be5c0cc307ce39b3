/** Every living process of a run, by the shim. I/O. */

import { errnoName } from "../base/errno-names.ts";
import { lookPath } from "../host/shim-path.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import { decodeSnapshot } from "../wire/snapshot.ts";

/** Rows take some hundred bytes; this is beyond what PIDs there can be. */
const OUTPUT_MAX = 2 ** 31 - 1;

export interface SnapshotOptions {
  /** The inodes of all namespaces of each, not only of its PID namespace. */
  readonly namespaces?: boolean;
  /** Inode of the run's outermost PID namespace, by which it is found where /proc hides it. */
  readonly pidns?: number;
}

export interface Snapshot {
  readonly rows: readonly ProcRow[];
  /** Why there are no rows, or not all; null: they are all there. */
  readonly failure: Missing | null;
  /** PIDs of those that live and that /proc hides; 0: there may be some. */
  readonly hidden: readonly number[];
}

export interface Missing {
  readonly why: string;
  readonly help: string;
}

/** The monitor itself is not among them. */
export function snapshotOf(monitor: number, options: SnapshotOptions = {}): Snapshot {
  const look = lookPath();
  if (look === null)
    return failed("the program sandbox-look is not there", "build it: `npm run native`");
  const flags = [
    ...(options.namespaces ? ["--namespaces"] : []),
    ...(options.pidns ? ["--pidns", String(options.pidns)] : []),
  ];
  const ended = spawned([look, "snapshot", String(monitor), ...flags]);
  if (typeof ended === "string") return failed(`sandbox-look cannot be started (${ended})`, LIMITS);
  const { exitCode, signalCode, stdout, stderr } = ended;
  if (signalCode !== undefined) return failed(`the snapshot was ended by ${signalCode}`, LIMITS);
  const rows = exitCode === 0 ? decodeSnapshot(stdout) : null;
  const said = stderr.toString();
  if (rows === null) return failed(reasonOf(said, exitCode), LIMITS);
  // Rows that could be read are there, and it says that others could not.
  if (said.includes(": errno ")) {
    return { rows, failure: { why: reasonOf(said, exitCode), help: LIMITS }, hidden: [] };
  }
  const hidden = [...said.matchAll(/snapshot: hidden (\d+)/g)].map(([, pid]) => Number(pid));
  return { rows, failure: null, hidden };
}

const LIMITS = "raise the limits of memory and of open descriptors (ulimit -v, ulimit -n)";

function failed(why: string, help: string): Snapshot {
  return { rows: [], failure: { why, help }, hidden: [] };
}

/** The name of an errno where it cannot be started. */
function spawned(command: string[]) {
  try {
    return Bun.spawnSync(command, { stdio: ["ignore", "pipe", "pipe"], maxBuffer: OUTPUT_MAX });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}

/** What a snapshot lacks beyond `known`, PIDs of whom enough is known elsewhere. */
export function missingFrom(
  { failure, hidden }: Snapshot,
  known: ReadonlySet<number>,
): Missing | null {
  const pids = hidden.filter((pid) => !known.has(pid));
  if (failure !== null || pids.length === 0) return failure;
  const count = pids.includes(0) ? "some that run may be" : `${pids.length} of them`;
  return {
    why: `/proc hides processes of other users (hidepid): ${count} hidden from this caller`,
    help: "run as root, or have /proc mounted without hidepid",
  };
}

/** The line of sandbox-look: `sandbox-look: snapshot: WHAT: errno N`. */
function reasonOf(line: string, exitCode: number): string {
  const [, what, errno] = /snapshot: (.+): errno (\d+)/.exec(line) ?? [];
  if (what === undefined) return `the snapshot failed (exit code ${exitCode})`;
  return `the snapshot failed ${what} (${errnoName(Number(errno))})`;
}
