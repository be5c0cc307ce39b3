/** The plan: what the shim will do, as plain records, the same on every host. */

import type { Span } from "../base/span.ts";
import type { ProcessFieldValues } from "../fields/process-fields.ts";
import type { NamespaceKind, NamespaceMode } from "../ir/namespaces.ts";
import type {
  DependencyCondition,
  Expect,
  Identity,
  Output,
  Pin,
  ResourceLimit,
  Stdin,
  Stop,
} from "../ir/process.ts";
import type { Clocks, IdMap } from "../ir/sandbox.ts";

/**
 * A whole plan. Sandboxes and slots are in plan order: a sandbox, its slots, then its nested
 * sandboxes, each as a whole (preorder). References are indexes into these two arrays.
 */
export interface Plan {
  /** Version of this record's shape. */
  readonly plan: 1;
  /** Name of the root sandbox. */
  readonly sandbox: string;
  readonly description: string;
  readonly sandboxes: readonly PlanSandbox[];
  readonly slots: readonly Slot[];
}

/**
 * Who is PID 1, and so who starts and reaps the members:
 * `reaper`: the shim, as PID 1 of a new PID namespace.
 * `process`: a declared process is PID 1; the members' parent is the supervisor above.
 * `subreaper`: no new PID namespace; the shim is a child subreaper in the one above.
 */
export type InitMode = "reaper" | "process" | "subreaper";

export interface PlanSandbox {
  readonly name: string;
  /** `""` for the root. */
  readonly path: string;
  readonly span: Span;
  /** Index of the sandbox around it; null for the root. */
  readonly parent: number | null;
  /** Level of the PID namespace its members live in. */
  readonly level: number;
  readonly initMode: InitMode;
  /** Slot of its init; with initMode `process` the slot of that process. */
  readonly initSlot: number;
  /** Slots `[first, end)` of this sandbox, its init's included, nested sandboxes' not. */
  readonly slots: { readonly first: number; readonly end: number };
  readonly namespaces: Readonly<Record<NamespaceKind, NamespaceMode>>;
  readonly hostname: string | null;
  readonly domainname: string | null;
  readonly user: Identity | null;
  readonly uidMap: readonly IdMap[];
  readonly gidMap: readonly IdMap[];
  /** Null where it makes no time namespace. */
  readonly clocks: Clocks | null;
  readonly root: "host" | "host-rw" | "inherit";
  /** Mounts made in a new mount namespace, in order. */
  readonly mounts: readonly Mount[];
  /**
   * PIDs, by level from 1 to `level`, of the shim's short-lived child in this PID namespace that
   * makes namespaces or joins them (null at level 0); null where none is needed. They are in the
   * block, so that such a child moves no other number.
   */
  readonly nsHelper: readonly (number | null)[] | null;
  /** As `nsHelper`, of a second one beside it, which maps the ids of a nested user namespace. */
  readonly mapper: readonly (number | null)[] | null;
  /**
   * Last number of the reserved block of its PID namespace, written to ns_last_pid; null where it
   * makes no new PID namespace. Source: pid_namespaces(7).
   */
  readonly lastPid: number | null;
  readonly until: Until;
  readonly timeoutMs: number | null;
  readonly stop: Stop;
}

/** When a sandbox is done. `process`: once all of these slots are; they are copies of one. */
export type Until =
  | { readonly kind: "all" | "any" }
  | { readonly kind: "process"; readonly slots: { readonly first: number; readonly end: number } };

/** `proc`: a fresh procfs on /proc. `dev`: the minimal /dev. `run`: an empty /run. `tmpfs`: an empty one at `at`. */
export type Mount =
  | { readonly kind: "proc" }
  | { readonly kind: "dev" }
  | { readonly kind: "run" }
  | { readonly kind: "tmpfs"; readonly at: string };

/** One process that the run promises: an init of the shim's or a declared process. */
export interface Slot {
  readonly path: string;
  readonly kind: "init" | "process";
  readonly span: Span;
  /** Index of the sandbox it belongs to. */
  readonly sandbox: number;
  /**
   * Index of the sandbox whose init creates and reaps it; null: the monitor. It is the nearest
   * sandbox above (or its own) whose initMode is not `process`.
   */
  readonly supervisor: number | null;
  /** Level it lives at: of a subreaper, that of the PID namespace above its sandbox's. */
  readonly level: number;
  /** Requested PID at each level, exactly `level + 1` entries; null at level 0 unless pinned. */
  readonly pids: readonly (number | null)[];
  /** Null for an init of the shim's. */
  readonly process: SlotProcess | null;
}

export interface SlotProcess extends ProcessFieldValues {
  /** PIDs that the spec requests; the compiler chose all others. */
  readonly pins: readonly Pin[];
  readonly argv: readonly string[];
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly inheritEnv: readonly string[];
  readonly cwd: string | null;
  readonly limits: readonly ResourceLimit[];
  readonly user: Identity | null;
  /** In order of slots: what is waited for has no order of its own. */
  readonly dependsOn: readonly { readonly slot: number; readonly condition: DependencyCondition }[];
  readonly stdin: Stdin;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stop: Stop;
  readonly expect: Expect | null;
}
