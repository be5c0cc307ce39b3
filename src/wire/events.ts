/** Reading the ring of events in the state table: what happened to each slot, in order. Pure. */

import { ENUMS, type EnumValue } from "./enums.ts";
import { offsetsOf, wideAt } from "./fields.ts";
import { TABLE_STRUCTS } from "./layout.ts";
import { layoutOf } from "./struct.ts";

export interface SlotEvent {
  /** Counted from 1 over the whole run. */
  readonly number: number;
  readonly slot: number;
  /** How often the slot had been restarted. */
  readonly generation: number;
  readonly event: EnumValue<"slot_event">;
  /** CLOCK_MONOTONIC. */
  readonly atNs: number;
  /** A signal's number; of an end the exit code, or 128 and the signal's number; an errno. */
  readonly value: number;
}

export interface Events {
  readonly events: readonly SlotEvent[];
  /** Events after `after` that the ring no longer has, or that were being written. */
  readonly missed: number;
  /** What to give as `after` the next time. */
  readonly last: number;
}

const HEADER = offsetsOf(TABLE_STRUCTS.table_header);
const HEADER_SIZE = layoutOf(TABLE_STRUCTS.table_header).size;
const EVENT = offsetsOf(TABLE_STRUCTS.table_event);
const EVENT_SIZE = layoutOf(TABLE_STRUCTS.table_event).size;

/** Those after the number `after`; null where this is no whole table. */
export function decodeEvents(bytes: Uint8Array, after = 0): Events | null {
  if (bytes.length < HEADER_SIZE) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint32(HEADER.events, true);
  const capacity = view.getUint32(HEADER.event_capacity, true);
  const last = wideAt(view, HEADER.events_written);
  if (capacity === 0 || first + capacity * EVENT_SIZE > bytes.length) return null;
  const from = Math.max(after, last - capacity);
  const events: SlotEvent[] = [];
  for (let number = from + 1; number <= last; number++) {
    const event = eventAt(view, first + ((number - 1) % capacity) * EVENT_SIZE, number);
    if (event !== null) events.push(event);
  }
  return { events, missed: Math.max(0, last - after - events.length), last };
}

/** Those of a frame of kind `event`: whole records, one behind the other. */
export function eventsOfFrame(bytes: Uint8Array): SlotEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / EVENT_SIZE);
  return Array.from(
    { length: count },
    (_, index) => recordAt(view, index * EVENT_SIZE) ?? [],
  ).flat();
}

/** Null where another one has taken its place meanwhile. */
function eventAt(view: DataView, at: number, number: number): SlotEvent | null {
  const record = recordAt(view, at);
  return record?.number === number ? record : null;
}

/** Null where it is none that this version knows. */
function recordAt(view: DataView, at: number): SlotEvent | null {
  const word = (name: keyof typeof EVENT) => view.getUint32(at + EVENT[name], true);
  const event = ENUMS.slot_event[word("event")];
  if (event === undefined) return null;
  const [number, slot, generation] = [word("number"), word("slot"), word("generation")];
  const atNs = wideAt(view, at + EVENT.at_ns);
  return { number, slot, generation, event, atNs, value: word("value") };
}
