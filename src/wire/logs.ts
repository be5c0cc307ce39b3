/**
 * What is kept of a slot's output: its words in the state table, and the frames of its files. A position
 * counts the bytes that the slot has printed, to both streams. Pure; trusts no number.
 */

import type { EnumValue } from "./enums.ts";
import { offsetsOf, wideAt } from "./fields.ts";
import { FRAME_SIZE, frameHead, isContinued, streamOf } from "./frames.ts";
import { TABLE_STRUCTS } from "./layout.ts";
import { layoutOf } from "./struct.ts";

/** The most bytes that one frame has. Source: OUTPUT_CHUNK_SIZE of native/run/client.h. */
const FRAME_BYTES_MAX = 65_536;

export interface SlotLog {
  /** Number of its newest file; 0: there is none. */
  readonly newest: number;
  /** Bytes that it has printed; those of the last frame may not be in its file yet. */
  readonly size: number;
}

const HEADER = offsetsOf(TABLE_STRUCTS.table_header);
const SLOT = offsetsOf(TABLE_STRUCTS.table_slot);
const SLOT_SIZE = layoutOf(TABLE_STRUCTS.table_slot).size;

/** Where the record of a slot is in the table with this header, and how long it is. */
export function slotSpan(header: Uint8Array, slot: number): { offset: number; size: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  return { offset: view.getUint32(HEADER.slots, true) + slot * SLOT_SIZE, size: SLOT_SIZE };
}

export function slotLog(record: Uint8Array): SlotLog {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  return {
    newest: view.getUint32(SLOT.log_files, true),
    size: wideAt(view, SLOT.output_size),
  };
}

export interface LogHead {
  readonly stream: EnumValue<"stream">;
  /** It begins within a line of its stream; with no bytes: the stream ended within one. */
  readonly isContinued: boolean;
  readonly position: number;
  /** When the monitor read it, ms since the epoch. */
  readonly atMs: number;
  /** Bytes that follow the head. */
  readonly size: number;
}

export const LOG_HEAD_SIZE = FRAME_SIZE;

/** That of the frame that begins with `bytes`; null: none of this slot does. */
export function logHead(bytes: Uint8Array, slot: number): LogHead | null {
  if (bytes.length < FRAME_SIZE) return null;
  const head = frameHead(new DataView(bytes.buffer, bytes.byteOffset, FRAME_SIZE));
  if (head.kind !== "log" || head.slot !== slot || head.size > FRAME_BYTES_MAX) return null;
  const { position, atMs, size } = head;
  return { stream: streamOf(head), isContinued: isContinued(head), position, atMs, size };
}
