/** The kinds of value that a field of one number or list can have. Each floor has a table by kind. */

/** The type of a kind's values in IR and plan. */
export interface KindValues {
  /** Null: as the caller has it. */
  readonly integer: number | null;
  /** File mode bits. */
  readonly octal: number;
  readonly flag: boolean;
  /** Milliseconds; null: none. */
  readonly duration: number | null;
  /** Signal number; null: none. */
  readonly signal: number | null;
  /** Signal numbers in rising order, each once. */
  readonly signals: readonly number[];
}

export type FieldKind = keyof KindValues;

/** Where procfs shows what a process has. Source: proc_pid_stat(5), proc_pid_status(5). */
export type ProcSource =
  /** Counted from 1, as the manual page does. */
  | { readonly file: "stat"; readonly field: number }
  /** In `signals` a mask in hexadecimal digits. */
  | { readonly file: "status"; readonly key: string }
  /** A file that holds the number and nothing else. */
  | { readonly file: "whole"; readonly name: string };

/**
 * When the shim makes it so: the supervisor, around the clone, as the process inherits it;
 * `identity`: the process, while it still has the shim's rights; `exec`: the process, as its last
 * steps; null: it is no attribute of the process, or another step of the shim has it.
 */
export type Effect = "supervisor" | "identity" | "exec" | null;

interface Entry<Kind extends FieldKind> {
  readonly kind: Kind;
  /** As a spec names it, and the wire. */
  readonly name: string;
  readonly description: string;
  readonly examples?: readonly unknown[];
  readonly fallback: KindValues[Kind];
  /** A sandbox can say it for all its processes. */
  readonly isInherited?: true;
  readonly effect: Effect;
  readonly proc: ProcSource | null;
  /** An integer lies between these, both included. */
  readonly range?: readonly [least: number, most: number];
  /** Names of signals that cannot be in a list of them. */
  readonly except?: readonly string[];
}

export type FieldEntry = { [Kind in FieldKind]: Entry<Kind> }[FieldKind];
