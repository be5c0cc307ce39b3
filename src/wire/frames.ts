/** The stream between a client and the monitor: frames in, commands out. Pure. */

import { ENUMS, type EnumValue } from "./enums.ts";
import { offsetsOf, wideAt } from "./fields.ts";
import { NONE } from "./layout.ts";
import { FRAME_STRUCTS } from "./stream-layout.ts";
import { layoutOf } from "./struct.ts";

export interface Frame {
  readonly kind: EnumValue<"frame_kind">;
  /** Null where the frame is about the whole run; of `answer` the command's `request`. */
  readonly slot: number | null;
  /** The errno of an `answer`, flags of a `log`, of a `dropped` how many bytes. */
  readonly value: number;
  /** How many bytes the slot had printed before a `log`, to both streams. */
  readonly position: number;
  /** When the monitor read the bytes of a `log`, ms since the epoch. */
  readonly atMs: number;
  /** What a process printed, table_event records, or a life_end. A view: valid until the next push. */
  readonly bytes: Uint8Array;
}

export interface CommandFields {
  /** A signal asked for it, so the run is interrupted. */
  readonly interrupts?: boolean;
  /** Left out: the whole run. */
  readonly slot?: number;
  /** The number of a `signal`; what `subscriptions` returns. */
  readonly argument?: number;
  /** Comes back in the answer; left out: none is wanted. */
  readonly request?: number;
}

/** How a generation of a slot has ended, or the run. */
export interface LifeEnd {
  readonly state: EnumValue<"slot_state">;
  /** If the run is meant, its exit code. */
  readonly exitCode: number;
  /** 0: it was not ended by a signal. */
  readonly exitSignal: number;
  /** How often the slot had been restarted. */
  readonly generation: number;
}

const END = offsetsOf(FRAME_STRUCTS.life_end);
const END_SIZE = layoutOf(FRAME_STRUCTS.life_end).size;
export const FRAME_SIZE = layoutOf(FRAME_STRUCTS.frame).size;
const FRAME = offsetsOf(FRAME_STRUCTS.frame);
const COMMAND_SIZE = layoutOf(FRAME_STRUCTS.command).size;

/** A frame without its bytes, of which there are `size`. */
export function frameHead(view: DataView): Omit<Frame, "bytes"> & { readonly size: number } {
  const word = (name: keyof typeof FRAME) => view.getUint32(FRAME[name], true);
  const slot = word("slot");
  return {
    kind: ENUMS.frame_kind[word("kind")] ?? "log",
    slot: slot === NONE ? null : slot,
    value: word("value"),
    size: word("size"),
    position: wideAt(view, FRAME.position),
    atMs: wideAt(view, FRAME.at_ns) / 1e6,
  };
}

/** Puts frames together from chunks that may end anywhere. */
export class FrameReader {
  #rest = new Uint8Array(0);

  *push(chunk: Uint8Array): Generator<Frame> {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let at = 0;
    while (bytes.length - at >= FRAME_SIZE) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_SIZE);
      const head = frameHead(view);
      const end = at + FRAME_SIZE + head.size;
      if (bytes.length < end) break;
      yield { ...head, bytes: bytes.subarray(at + FRAME_SIZE, end) };
      at = end;
    }
    this.#rest = bytes.slice(at);
  }
}

/** What the answer to a `wait` says; null where it is an errno. */
export function lifeEndOf({ bytes }: Frame): LifeEnd | null {
  if (bytes.length < END_SIZE) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (name: keyof typeof END) => view.getUint32(END[name], true);
  return {
    state: ENUMS.slot_state[word("state")] ?? "exited",
    exitCode: word("exit_code"),
    exitSignal: word("exit_signal"),
    generation: word("generation"),
  };
}

/** What a `log` frame was printed to. */
export function streamOf(frame: Pick<Frame, "value">): EnumValue<"stream"> {
  return hasFlag(frame, "stderr") ? "stderr" : "stdout";
}

/** Whether a `log` frame begins within a line of its stream. */
export function isContinued(frame: Pick<Frame, "value">): boolean {
  return hasFlag(frame, "continues");
}

function hasFlag({ value }: Pick<Frame, "value">, flag: EnumValue<"log_flag">): boolean {
  return ((value >> ENUMS.log_flag.indexOf(flag)) & 1) === 1;
}

/** The argument of `subscribe`. */
export function subscriptions(...what: EnumValue<"subscription">[]): number {
  return what.reduce((bits, each) => bits | (1 << ENUMS.subscription.indexOf(each)), 0);
}

export function encodeCommand(
  kind: EnumValue<"command_kind">,
  { interrupts = false, slot = NONE, argument = 0, request = 0 }: CommandFields = {},
): Uint8Array {
  const words = [ENUMS.command_kind.indexOf(kind), slot, interrupts ? 1 : 0, argument, request];
  const bytes = new Uint8Array(COMMAND_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  return bytes;
}
