/** Reading the state table: what the shim has observed of each slot. Pure; trusts no number. */

import { NAMESPACE_KINDS, type NamespaceKind } from "../ir/namespaces.ts";
import { ENUMS, type EnumValue, type Step } from "./enums.ts";
import { placesOf, TABLE_MAGIC, TABLE_STRUCTS } from "./layout.ts";

export interface SlotState {
  readonly state: EnumValue<"slot_state">;
  readonly exitCode: number;
  /** 0: it was not ended by a signal. */
  readonly exitSignal: number;
  readonly fault: { readonly step: Step; readonly errno: number; readonly level: number } | null;
  /** CLOCK_MONOTONIC; 0: not yet. */
  readonly startedNs: number;
  readonly endedNs: number;
  readonly flags: ReadonlySet<EnumValue<"slot_flag">>;
  /** By level, outermost first; 0 where the kernel has given none yet. */
  readonly pids: readonly number[];
}

export interface StateTable {
  readonly phase: EnumValue<"phase">;
  readonly outcome: EnumValue<"outcome">;
  readonly pidMode: EnumValue<"pid_mode">;
  readonly monitorPid: number;
  readonly startedNs: number;
  readonly endedNs: number;
  readonly fault: SlotState["fault"];
  readonly slots: readonly SlotState[];
  /** Inode of each namespace by sandbox; 0 where not learnt. */
  readonly inodes: readonly Readonly<Record<NamespaceKind, number>>[];
}

const offsetsOf = (struct: (typeof TABLE_STRUCTS)[keyof typeof TABLE_STRUCTS]) =>
  Object.fromEntries(placesOf(struct).fields.map((field) => [field.name, field.offset] as const));

const HEADER = offsetsOf(TABLE_STRUCTS.table_header);
const SLOT = offsetsOf(TABLE_STRUCTS.table_slot);
const HEADER_SIZE = placesOf(TABLE_STRUCTS.table_header).size;
const SLOT_SIZE = placesOf(TABLE_STRUCTS.table_slot).size;
const SANDBOX_SIZE = placesOf(TABLE_STRUCTS.table_sandbox).size;

/**
 * `levels` gives each slot's level, in the plan's order; null: the slots are not looked at. The
 * result is null where this is no whole table.
 */
export function decodeTable(
  bytes: Uint8Array,
  levels: readonly number[] | null,
): StateTable | null {
  if (bytes.length < HEADER_SIZE) return null;
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 8)) !== TABLE_MAGIC) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (name: string) => view.getUint32(HEADER[name] ?? 0, true);
  const slots = word("slots");
  const sandboxes = word("sandboxes");
  const sandboxCount = word("sandbox_count");
  const slotCount = word("slot_count");
  if (levels !== null && slotCount !== levels.length) return null;
  if (slots + slotCount * SLOT_SIZE > bytes.length) return null;
  if (sandboxes + sandboxCount * SANDBOX_SIZE > bytes.length) return null;
  return {
    phase: ENUMS.phase[word("phase")] ?? "starting",
    outcome: ENUMS.outcome[word("outcome")] ?? "none",
    pidMode: ENUMS.pid_mode[word("pid_mode")] ?? "requested",
    monitorPid: word("monitor_pid"),
    startedNs: Number(view.getBigUint64(HEADER["started_ns"] ?? 0, true)),
    endedNs: Number(view.getBigUint64(HEADER["ended_ns"] ?? 0, true)),
    fault: faultOf(word("fault_step"), word("fault_errno"), word("fault_level")),
    slots: (levels ?? []).map((level, index) => slotState(view, slots + index * SLOT_SIZE, level)),
    inodes: Array.from({ length: sandboxCount }, (_, index) =>
      inodesOf(view, sandboxes + index * SANDBOX_SIZE),
    ),
  };
}

function faultOf(step: number, errno: number, level: number): SlotState["fault"] {
  return step === 0 ? null : { step: ENUMS.step[step] ?? "none", errno, level };
}

function slotState(view: DataView, at: number, level: number): SlotState {
  const word = (name: string) => view.getUint32(at + (SLOT[name] ?? 0), true);
  const flags = word("flags");
  return {
    state: ENUMS.slot_state[word("state")] ?? "pending",
    exitCode: word("exit_code"),
    exitSignal: word("exit_signal"),
    fault: faultOf(word("fault_step"), word("fault_errno"), word("fault_level")),
    startedNs: Number(view.getBigUint64(at + (SLOT["started_ns"] ?? 0), true)),
    endedNs: Number(view.getBigUint64(at + (SLOT["ended_ns"] ?? 0), true)),
    flags: new Set(ENUMS.slot_flag.filter((_, bit) => flags & (1 << bit))),
    pids: Array.from({ length: level + 1 }, (_, index) =>
      view.getUint32(at + (SLOT["pids"] ?? 0) + 4 * index, true),
    ),
  };
}

function inodesOf(view: DataView, at: number): Record<NamespaceKind, number> {
  const entries = NAMESPACE_KINDS.map(
    (kind, index) => [kind, Number(view.getBigUint64(at + 8 * index, true))] as const,
  );
  return Object.fromEntries(entries) as Record<NamespaceKind, number>;
}
