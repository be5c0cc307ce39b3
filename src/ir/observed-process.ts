/** One process as `capture` finds it: everything that a spec could say of it. */

import type { ProcessFieldKey } from "../fields/process-fields.ts";
import type { NamespaceRow } from "./namespace-row.ts";
import type { ResourceLimit } from "./process.ts";
import type { Clocks, IdMap } from "./sandbox.ts";

/** By the names of /proc/PID/ns; null where we may not look. */
export type Inodes = Readonly<Record<string, number | null>>;

export interface ObservedProcess {
  /** By level from the observer's own down. */
  readonly pids: readonly number[];
  readonly parentPid: number;
  readonly comm: string;
  /** One letter, as in proc_pid_stat(5). */
  readonly state: string;
  /** Empty of a zombie, and of the kernel's own threads. */
  readonly argv: readonly string[];
  readonly inodes: Inodes;
  readonly namespaces: NamespaceRow;
  /** Ids as seen from here. */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** The id map of its user namespace, with `outside` as seen from here; null: it may not be read. */
  readonly uidMap: readonly IdMap[] | null;
  readonly gidMap: readonly IdMap[] | null;
  /** What procfs shows of the fields that it shows at all, as text, by their keys. */
  readonly attributes: Readonly<Partial<Record<ProcessFieldKey, string>>>;
  readonly limits: readonly ResourceLimit[];
  /** How far the clocks of its children are ahead of the machine's own; null where that is not shown. */
  readonly clocks: Clocks | null;
  readonly cwd: string | null;
  readonly exe: string | null;
  /** Device and inode of its root directory. */
  readonly rootInode: string | null;
  readonly env: readonly (readonly [name: string, value: string])[] | null;
  /** What its descriptors lead to, by number; null where we may not look. */
  readonly files: ReadonlyMap<number, string> | null;
  /** Effective, as in proc_pid_status(5). */
  readonly capabilities: bigint;
  readonly hasSeccomp: boolean;
}
