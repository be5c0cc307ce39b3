/** What would change from one plan to another: sandboxes, processes and their PIDs. Pure. */

import { escapeText } from "../base/escape.ts";
import { PROCESS_FIELD_ENTRIES } from "../fields/process-fields.ts";
import { canonicalValue } from "./canonical.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess } from "./plan.ts";
import { valueText } from "./process-text.ts";

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Change {
  readonly kind: "added" | "removed" | "changed";
  readonly what: "sandbox" | "process" | "init";
  /** As in the plan; the root sandbox has its name. */
  readonly path: string;
  /** PIDs from level 1 on, of what is added or removed and is no sandbox; else empty. */
  readonly pids: readonly (number | null)[];
  /** Only of what is changed, in the order of their names. */
  readonly fields: readonly FieldChange[];
}

/** In plan order, what is removed first. Empty: both plans do the same. */
export function planDiff(before: Plan, after: Plan): Change[] {
  return [
    ...compared("sandbox", sandboxesOf(before), sandboxesOf(after)),
    ...compared("process", slotsOf(before), slotsOf(after)),
  ];
}

/** Fields by name, with paths instead of numbers of records. */
type Fields = Readonly<Record<string, unknown>>;

function sandboxesOf(plan: Plan): Map<string, Fields> {
  return new Map(plan.sandboxes.map((sandbox) => [sandbox.path, sandboxFields(plan, sandbox)]));
}

function sandboxFields(plan: Plan, sandbox: PlanSandbox): Fields {
  const { path: _path, span: _span, slots: _slots, parent: _parent, ...fields } = sandbox;
  // What follows from other fields says nothing new.
  const { initMode: _mode, lastPid: _last, nsHelper: _nsHelper, mapper: _mapper, ...own } = fields;
  const { initSlot, namespaces, until, ...rest } = own;
  const kinds = Object.entries(namespaces).map(([kind, mode]) => [`namespaces.${kind}`, mode]);
  return {
    ...rest,
    ...Object.fromEntries(kinds),
    init: plan.slots[initSlot]?.path,
    until:
      until.kind === "process"
        ? plan.slots.slice(until.slots.first, until.slots.end).map(({ path }) => path)
        : until.kind,
  };
}

function slotsOf(plan: Plan): Map<string, Fields> {
  return new Map(plan.slots.map((slot) => [slot.path, slotFields(plan, slot)]));
}

function slotFields(plan: Plan, slot: Slot): Fields {
  const { process } = slot;
  const parent = slot.supervisor === null ? null : plan.sandboxes[slot.supervisor];
  const common = {
    kind: slot.kind,
    pids: slot.pids,
    parent: parent == null ? "monitor" : plan.slots[parent.initSlot]?.path,
  };
  if (process === null) return common;
  const { dependsOn, env, limits, stop, ...rest } = process;
  const others: Partial<SlotProcess> = { ...rest };
  for (const [key] of PROCESS_FIELD_ENTRIES) delete others[key];
  return {
    ...others,
    ...Object.fromEntries(
      PROCESS_FIELD_ENTRIES.map(([key, entry]) => [entry.name, valueText(entry, process[key])]),
    ),
    ...common,
    ...Object.fromEntries(env.map(([name, value]) => [`env.${name}`, value])),
    ...Object.fromEntries(limits.map(({ name, ...limit }) => [`limits.${name}`, limit])),
    depends_on: dependsOn.map(
      ({ slot: other, condition }) => `${plan.slots[other]?.path} ${condition}`,
    ),
    "stop.signal": stop.signal,
    "stop.graceMs": stop.graceMs,
    "stop.scope": stop.scope,
  };
}

function compared(
  what: "sandbox" | "process",
  before: ReadonlyMap<string, Fields>,
  after: ReadonlyMap<string, Fields>,
): Change[] {
  const changes: Change[] = [];
  for (const [path, fields] of before) {
    if (!after.has(path)) changes.push(whole("removed", what, path, fields));
  }
  for (const [path, fields] of after) {
    const old = before.get(path);
    if (old === undefined) changes.push(whole("added", what, path, fields));
    else {
      const changed = fieldChanges(old, fields);
      if (changed.length > 0) {
        const kind = kindOf(what, fields);
        changes.push({ kind: "changed", what: kind, path, pids: [], fields: changed });
      }
    }
  }
  return changes;
}

function kindOf(what: "sandbox" | "process", fields: Fields): Change["what"] {
  return what === "process" && fields["kind"] === "init" ? "init" : what;
}

function whole(
  kind: "added" | "removed",
  what: "sandbox" | "process",
  path: string,
  fields: Fields,
): Change {
  const pids = (fields["pids"] as Slot["pids"] | undefined) ?? [];
  return { kind, what: kindOf(what, fields), path, pids: pids.slice(1), fields: [] };
}

function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((field) => {
    // Without spans: where it is written is no part of what is done.
    const old = canonicalValue(before[field] ?? null);
    const now = canonicalValue(after[field] ?? null);
    return old === now ? [] : [{ field, before: JSON.parse(old), after: JSON.parse(now) }];
  });
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

/** A line a change and one for each of its fields; with a final newline unless there is none. */
export function diffText(
  changes: readonly Change[],
  paint: (kind: Change["kind"], line: string) => string,
): string {
  return changes
    .flatMap(({ kind, what, path, pids, fields }) => {
      const name = path === "" ? "(root)" : escapeText(path);
      const numbers = pids.length === 0 ? "" : ` [${pids.join(" ")}]`;
      const head = paint(kind, `${SIGNS[kind]} ${what} ${name}${numbers}`);
      return [head, ...fields.map((change) => `    ${fieldText(change)}`)];
    })
    .map((line) => `${line}\n`)
    .join("");
}

function fieldText({ field, before, after }: FieldChange): string {
  if (field === "pids") return pidsText(before, after);
  return `${field}: ${shown(before)} -> ${shown(after)}`;
}

/** Only the levels that differ. */
function pidsText(before: unknown, after: unknown): string {
  const [old, now] = [before as Slot["pids"], after as Slot["pids"]];
  const levels = Array.from({ length: Math.max(old.length, now.length) }, (_, level) => level);
  const parts = levels
    .filter((level) => old[level] !== now[level])
    .map((level) => `L${level} ${old[level] ?? "none"} -> ${now[level] ?? "none"}`);
  return `PID ${parts.join(", ")}`;
}

function shown(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "string") return value === "" ? '""' : escapeText(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value.length === 0 ? "none" : escapeText(value.join(" "));
  }
  return escapeText(canonicalValue(value));
}
