/** The canonical form of a plan: the same bytes on every machine, and their hash. Pure. */

import { escapeJson } from "../base/escape.ts";
import { processFieldRecord } from "../fields/process-fields.ts";
import type { Plan, Slot, SlotProcess } from "./plan.ts";

/**
 * Compact JSON with sorted keys, without places in files. What the hash is over is what
 * `sandbox plan --json` prints.
 */
export function canonicalPlan(plan: Plan): string {
  return [...canonicalParts(plan)].join("");
}

/** Slots that are made into text at once. */
const PART_COUNT = 4_096;

/** The same in parts: of a million slots the whole is a gigabyte of text, which no hash needs at once. */
function* canonicalParts({ slots, ...rest }: Plan): Generator<string> {
  // `slots` comes last of all keys. Sorted copies are made by hand where there are many: the
  // engine's own JSON does the rest.
  const head = escapeJson(JSON.stringify(sorted(rest)));
  yield `${head.slice(0, -1)},"slots":[`;
  for (let from = 0; from < slots.length; from += PART_COUNT) {
    const part = escapeJson(JSON.stringify(slots.slice(from, from + PART_COUNT).map(slotRecord)));
    yield `${from === 0 ? "" : ","}${part.slice(1, -1)}`;
  }
  yield "]}";
}

/** The same for a part of a plan. */
export function canonicalValue(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** `sha256:` and the hex digest of the canonical form. */
export function planHash(plan: Plan): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of canonicalParts(plan)) hasher.update(part);
  return `sha256:${hasher.digest("hex")}`;
}

/** A deep copy with the keys of all records in order, without `span`. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value)
    .filter(([key]) => key !== "span")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}

function slotRecord(slot: Slot) {
  return {
    kind: slot.kind,
    level: slot.level,
    path: slot.path,
    pids: slot.pids,
    process: slot.process === null ? null : processRecord(slot.process),
    sandbox: slot.sandbox,
    supervisor: slot.supervisor,
  } satisfies Record<Exclude<keyof Slot, "span">, unknown>;
}

/** The same, as it is. */
const asIs = (value: unknown) => value;

/** What is empty in most processes is sorted where it is not. */
const sortedList = (list: readonly unknown[]) => (list.length === 0 ? list : sorted(list));

/** The canonical value of each field; lists of names and texts stay as they are. */
const PROCESS_VALUES: {
  readonly [Key in keyof SlotProcess]: (value: SlotProcess[Key]) => unknown;
} = {
  ...processFieldRecord(() => asIs),
  argv: asIs,
  cwd: asIs,
  dependsOn: (list) => list.map(({ condition, slot }) => ({ condition, slot })),
  env: asIs,
  expect: sorted,
  inheritEnv: asIs,
  limits: sortedList,
  pins: sortedList,
  stderr: asIs,
  stdin: asIs,
  stdout: asIs,
  stop: ({ graceMs, scope, signal }) => ({ graceMs, scope, signal }),
  user: sorted,
};

const SORTED_VALUES = Object.entries(PROCESS_VALUES).toSorted(([a], [b]) =>
  a < b ? -1 : 1,
) as unknown as readonly (readonly [keyof SlotProcess, (value: unknown) => unknown])[];

function processRecord(process: SlotProcess): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [key, toRecord] of SORTED_VALUES) record[key] = toRecord(process[key]);
  return record;
}
