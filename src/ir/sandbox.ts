/** The sandbox tree after type-checking: every default filled in, `nest` and `replicas` expanded. */

import type { Span } from "../base/span.ts";
import type { NamespaceKind, NamespaceMode } from "./namespaces.ts";
import type { Identity, Process, Stop } from "./process.ts";

/** One node that creates namespaces. The root's `path` is empty. */
export interface Sandbox {
  /** Own name, with the index of `nest` or `replicas` if it has one: `doll.2`. */
  readonly name: string;
  readonly path: string;
  /** The sandbox's key in the spec (of the root: the value of `sandbox`). */
  readonly span: Span;
  readonly description: string;
  readonly namespaces: Readonly<Record<NamespaceKind, NamespaceMode>>;
  /** Level of the PID namespace that its processes live in; 0 is the runner's own. */
  readonly level: number;
  /** `null`: the shim is init (the reaper). Else the name of the process that is PID 1 itself. */
  readonly init: string | null;
  readonly hostname: string | null;
  readonly domainname: string | null;
  /** Identity of its processes; null: uid and gid 0 in a new user namespace, else the caller's. */
  readonly user: Identity | null;
  /** The id map of a new user namespace, sorted by `inside`. Empty: 0 inside is the caller. */
  readonly uidMap: readonly IdMap[];
  readonly gidMap: readonly IdMap[];
  /** The clocks of its new time namespace; null if it makes none. */
  readonly clocks: Clocks | null;
  readonly root: "host" | "host-rw" | "inherit";
  /** When this sandbox is done: all of its members are, any is, or the named processes are. */
  readonly until: "all" | "any" | { readonly processes: readonly string[] };
  readonly timeoutMs: number | null;
  readonly stop: Stop;
  /** In source order, replicas in order of index. */
  readonly processes: readonly Process[];
  readonly sandboxes: readonly Sandbox[];
}

/** How far ahead of the clocks around it a time namespace's are. Source: time_namespaces(7). */
export interface Clocks {
  /** Milliseconds; negative: behind. */
  readonly monotonicMs: number;
  readonly boottimeMs: number;
}

export interface IdMap {
  readonly inside: number;
  readonly outside: number;
  /** Ids mapped, at least 1. */
  readonly count: number;
}
