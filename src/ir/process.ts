/** A declared process after type-checking: no sugar, replicas expanded, references by path. */

import type { STOP_SCOPES } from "../base/process-defaults.ts";
import type { Span } from "../base/span.ts";
import type { WaitConditionName } from "../base/wait-conditions.ts";
import type { ProcessFieldValues } from "../fields/process-fields.ts";

/** One declared process. Replicas are separate records: `worker.1`, `worker.2`. */
export interface Process extends ProcessFieldValues {
  /** Own name, with the replica's index if it has one. */
  readonly name: string;
  /** Path from the root sandbox, such as `outer/inner/worker.2`. */
  readonly path: string;
  /** The process's key in the spec; run-time diagnostics point here. */
  readonly span: Span;
  /** Never empty. For a `shell` script: `/bin/sh`, `-c`, the script. */
  readonly argv: readonly string[];
  /** Requested PIDs by path of the sandbox that owns the PID namespace; `host` is level 0. */
  readonly pins: readonly Pin[];
  /** Sorted by name. Holds the fixed environment of every run, the sandbox's and its own. */
  readonly env: readonly (readonly [name: string, value: string])[];
  /** Names taken from the caller's environment, sorted. */
  readonly inheritEnv: readonly string[];
  /** Null: the spec's folder where it is visible, else `/`. May be relative to that. */
  readonly cwd: string | null;
  readonly limits: readonly ResourceLimit[];
  /** Null: user and group of the sandbox. */
  readonly user: Identity | null;
  readonly dependsOn: readonly Dependency[];
  readonly stdin: Stdin;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stop: Stop;
  readonly expect: Expect | null;
}

export interface Pin {
  /** Level of the PID namespace; 0 is the runner's own. */
  readonly level: number;
  readonly pid: number;
  readonly span: Span;
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; empty means none. */
  readonly groups: readonly number[];
}

export interface ResourceLimit {
  /** Name as in getrlimit(2) without RLIMIT_, in lower case: `nofile`. */
  readonly name: string;
  /** RLIMIT_ number. Source: asm-generic/resource.h. */
  readonly resource: number;
  /** Null is RLIM_INFINITY. */
  readonly soft: number | null;
  readonly hard: number | null;
}

export type DependencyCondition = WaitConditionName;

export interface Dependency {
  /** Path of a process, or of a sandbox's init (`outer/init`). */
  readonly path: string;
  readonly condition: DependencyCondition;
  readonly span: Span;
}

export type Stdin =
  | { readonly kind: "null" }
  | { readonly kind: "inherit" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "text"; readonly text: string };

export type Output =
  | { readonly kind: "log" }
  | { readonly kind: "inherit" }
  | { readonly kind: "null" }
  | { readonly kind: "file"; readonly path: string }
  /** Only of stderr: where stdout goes. */
  | { readonly kind: "stdout" };

export interface Stop {
  /** Signal number, as signal(7) has it for x86 and ARM. */
  readonly signal: number;
  readonly graceMs: number;
  readonly scope: StopScope;
}

export type StopScope = (typeof STOP_SCOPES)[number];

/** What the final report must say of a process. An absent field is not checked. */
export interface Expect {
  readonly pid?: Expected<number>;
  /** By level, outermost first. */
  readonly pids?: readonly { readonly level: number; readonly pid: number; readonly span: Span }[];
  readonly ppid?: Expected<number>;
  readonly level?: Expected<number>;
  /** Exit code. */
  readonly exit?: Expected<number>;
  /** Signal number. */
  readonly signal?: Expected<number>;
}

export interface Expected<Value> {
  readonly value: Value;
  readonly span: Span;
}
