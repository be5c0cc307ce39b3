/**
 * The fields of a process that are one number, flag or list: a record each. From it follow the
 * schema and its documents, reading, IR, plan, hash, text, diff, wire, the C struct with its checks,
 * capture, and the way back to a spec. What a record cannot hold is the field's effect in the shim:
 * for one with an `effect` the C compiler asks for it by name (native/init/attributes.c).
 */

import { DEFAULT_UMASK } from "../base/process-defaults.ts";
import type { FieldEntry, KindValues } from "./kinds.ts";

export const PROCESS_FIELDS = {
  umask: {
    kind: "octal",
    name: "umask",
    description: "File mode creation mask, octal. Source: umask(2).",
    fallback: DEFAULT_UMASK,
    isInherited: true,
    effect: null,
    proc: { file: "status", key: "Umask" },
  },
  nice: {
    kind: "integer",
    name: "nice",
    description:
      "Niceness: how readily it leaves the processor to others. Default: the caller's. Source: nice(2).",
    examples: [10],
    fallback: null,
    range: [-20, 19],
    effect: "identity",
    proc: { file: "stat", field: 19 },
  },
  oomScoreAdj: {
    kind: "integer",
    name: "oom_score_adj",
    description:
      "How readily the kernel kills it when memory is short: -1000 never, 1000 first. Default: the caller's. Source: proc_pid_oom_score_adj(5).",
    examples: [500],
    fallback: null,
    range: [-1_000, 1_000],
    effect: "supervisor",
    proc: { file: "whole", name: "oom_score_adj" },
  },
  ignoreSignals: {
    kind: "signals",
    name: "ignore_signals",
    description: "Signals that it ignores from the start, as by nohup(1). Default: none.",
    examples: [["HUP", "INT"]],
    fallback: [],
    except: ["KILL", "STOP"],
    effect: "exec",
    proc: { file: "status", key: "SigIgn" },
  },
  parentDeathSignal: {
    kind: "signal",
    name: "parent_death_signal",
    description: "Signal that it gets when its parent dies. Source: PR_SET_PDEATHSIG(2const).",
    examples: ["TERM"],
    fallback: null,
    effect: "exec",
    proc: null,
  },
  timeoutMs: {
    kind: "duration",
    name: "timeout",
    description: "Then it is stopped, and the run fails.",
    fallback: null,
    effect: null,
    proc: null,
  },
  essential: {
    kind: "flag",
    name: "essential",
    description: "If it fails, the whole run is stopped and fails.",
    fallback: false,
    effect: null,
    proc: null,
  },
} as const satisfies Record<string, FieldEntry>;

type Fields = typeof PROCESS_FIELDS;
export type ProcessFieldKey = keyof Fields;
export type ProcessFieldName = Fields[ProcessFieldKey]["name"];

/** The value of each field, as IR and plan have it. */
export type ProcessFieldValues = {
  readonly [Key in ProcessFieldKey]: KindValues[Fields[Key]["kind"]];
};

/** In the order of the table. */
export const PROCESS_FIELD_ENTRIES = Object.entries(PROCESS_FIELDS) as readonly (readonly [
  ProcessFieldKey,
  FieldEntry,
])[];

/** Fields that a sandbox can say for its processes. */
export type InheritedFieldName = {
  [Key in ProcessFieldKey]: Fields[Key] extends { readonly isInherited: true }
    ? Fields[Key]["name"]
    : never;
}[ProcessFieldKey];

/** A record with one entry for each field. */
export function processFieldRecord<Value>(
  make: (entry: FieldEntry, key: ProcessFieldKey) => Value,
): Record<ProcessFieldKey, Value> {
  const record: Partial<Record<ProcessFieldKey, Value>> = {};
  for (const [key, entry] of PROCESS_FIELD_ENTRIES) record[key] = make(entry, key);
  return record as Record<ProcessFieldKey, Value>;
}

/** One value for each field; `make` must give each one of its kind. */
export function processFieldValues(
  make: (entry: FieldEntry, key: ProcessFieldKey) => KindValues[keyof KindValues],
): ProcessFieldValues {
  return processFieldRecord(make) as ProcessFieldValues;
}

export function isFallback(entry: FieldEntry, value: unknown): boolean {
  const { fallback } = entry;
  if (!Array.isArray(value) || !Array.isArray(fallback)) return value === fallback;
  return value.length === fallback.length && value.every((each, at) => each === fallback[at]);
}
