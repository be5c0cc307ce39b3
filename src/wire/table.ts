/** Reading the state table: what the shim has observed of each slot. Pure; trusts no number. */

import { byKind, type NamespaceKind } from "../base/namespace-kinds.ts";
import { ENUMS, type EnumValue } from "./enums.ts";
import { type ExpectationState, expectationStates } from "./expectations.ts";
import { offsetsOf, wideAt, wordsAt } from "./fields.ts";
import { TABLE_MAGIC, TABLE_STRUCTS } from "./layout.ts";
import type { Step } from "./steps.ts";
import { layoutOf } from "./struct.ts";

export interface SlotState {
  /** How often it has been restarted. All that follows is of this life; `pending` before it begins. */
  readonly generation: number;
  readonly state: EnumValue<"slot_state">;
  readonly exitCode: number;
  /** 0: it was not ended by a signal. */
  readonly exitSignal: number;
  readonly fault: { readonly step: Step; readonly errno: number; readonly level: number } | null;
  /** CLOCK_MONOTONIC; 0: not yet. */
  readonly startedNs: number;
  readonly endedNs: number;
  readonly flags: ReadonlySet<EnumValue<"slot_flag">>;
  /** Why output is missing, where it is; 0: it did not come to the monitor. */
  readonly outputErrno: number;
  /** In what it failed, as far as it has been judged. */
  readonly failures: ReadonlySet<EnumValue<"failure">>;
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
  /** The verdict so far; final once the run has ended. */
  readonly exitCode: number;
  /** By index of `expectationsOf` the plan. */
  readonly expectations: readonly ExpectationState[];
  readonly slots: readonly SlotState[];
  /** Inode of each namespace by sandbox; 0 where not learnt. */
  readonly inodes: readonly Readonly<Record<NamespaceKind, number>>[];
}

const HEADER = offsetsOf(TABLE_STRUCTS.table_header);
const SLOT = offsetsOf(TABLE_STRUCTS.table_slot);
export const TABLE_HEADER_SIZE = layoutOf(TABLE_STRUCTS.table_header).size;
const SLOT_SIZE = layoutOf(TABLE_STRUCTS.table_slot).size;
const SANDBOX_SIZE = layoutOf(TABLE_STRUCTS.table_sandbox).size;

/**
 * `levels` gives each slot's level, in the plan's order; null: the slots are not looked at. The
 * result is null where this is no whole table.
 */
export function decodeTable(
  bytes: Uint8Array,
  levels: readonly number[] | null,
): StateTable | null {
  if (bytes.length < TABLE_HEADER_SIZE) return null;
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 8)) !== TABLE_MAGIC) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (name: keyof typeof HEADER) => view.getUint32(HEADER[name], true);
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
    startedNs: wideAt(view, HEADER.started_ns),
    endedNs: wideAt(view, HEADER.ended_ns),
    fault: faultAt(view, 0, HEADER),
    exitCode: word("exit_code"),
    expectations: expectationStates(view, word("expectations"), word("expectation_count")),
    slots: (levels ?? []).map((level, index) => slotState(view, slots + index * SLOT_SIZE, level)),
    inodes: Array.from({ length: sandboxCount }, (_, index) =>
      inodesOf(view, sandboxes + index * SANDBOX_SIZE),
    ),
  };
}

/** Whether the monitor does something: another number each time that it has. */
export interface Pulse {
  readonly heartbeat: number;
  readonly monitorPid: number;
  /** 0: the run has none. */
  readonly guardPid: number;
}

/** From the table's header alone. */
export function pulseOf(header: Uint8Array): Pulse {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  return {
    heartbeat: view.getUint32(HEADER.heartbeat, true),
    monitorPid: view.getUint32(HEADER.monitor_pid, true),
    guardPid: view.getUint32(HEADER.guard_pid, true),
  };
}

function faultAt(
  view: DataView,
  at: number,
  { fault_step, fault_errno, fault_level }: typeof HEADER | typeof SLOT,
): SlotState["fault"] {
  const step = view.getUint32(at + fault_step, true);
  if (step === 0) return null;
  return {
    step: ENUMS.step[step] ?? "none",
    errno: view.getUint32(at + fault_errno, true),
    level: view.getUint32(at + fault_level, true),
  };
}

/** Sets by their bits; most slots have none, and few sets are different. */
function setsOf<Name extends string>(names: readonly Name[]): (bits: number) => ReadonlySet<Name> {
  const known = new Map<number, ReadonlySet<Name>>();
  // A table that is not the shim's own may have any bits.
  const mask = (1 << names.length) - 1;
  return (bits) => {
    const made = known.get(bits & mask) ?? new Set(names.filter((_, bit) => bits & (1 << bit)));
    known.set(bits & mask, made);
    return made;
  };
}

const flagsOf = setsOf(ENUMS.slot_flag);
const failuresOf = setsOf(ENUMS.failure);

function slotState(view: DataView, at: number, level: number): SlotState {
  const state = observed(view, at, level);
  const { generation } = state;
  // Its supervisor has not begun what the monitor asks for: what is there is of the last life.
  const isBehind = view.getUint32(at + SLOT.observed_generation, true) !== generation;
  return isBehind ? { ...state, ...NOT_BEGUN } : state;
}

const NOT_BEGUN = {
  state: "pending",
  exitCode: 0,
  exitSignal: 0,
  fault: null,
  startedNs: 0,
  endedNs: 0,
} as const satisfies Partial<SlotState>;

function observed(view: DataView, at: number, level: number): SlotState {
  return {
    generation: view.getUint32(at + SLOT.generation, true),
    state: ENUMS.slot_state[view.getUint32(at + SLOT.state, true)] ?? "pending",
    exitCode: view.getUint32(at + SLOT.exit_code, true),
    exitSignal: view.getUint32(at + SLOT.exit_signal, true),
    fault: faultAt(view, at, SLOT),
    startedNs: wideAt(view, at + SLOT.started_ns),
    endedNs: wideAt(view, at + SLOT.ended_ns),
    flags: flagsOf(view.getUint32(at + SLOT.flags, true)),
    outputErrno: view.getUint32(at + SLOT.output_errno, true),
    failures: failuresOf(view.getUint32(at + SLOT.failures, true)),
    pids: wordsAt(view, at + SLOT.pids, level + 1),
  };
}

function inodesOf(view: DataView, at: number): Record<NamespaceKind, number> {
  return byKind((_, index) => wideAt(view, at + 8 * index));
}
