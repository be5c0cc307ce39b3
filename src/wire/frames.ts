/** The stream between runner and monitor: frames in, commands out. Pure. */

import { ENUMS, type EnumValue } from "./enums.ts";
import { FRAME_STRUCTS, NONE } from "./layout.ts";
import { layoutOf } from "./struct.ts";

export interface Frame {
  readonly kind: EnumValue<"frame_kind">;
  /** Null where the frame is about the whole run. */
  readonly slot: number | null;
  readonly stream: EnumValue<"stream">;
  /** Output of the process; empty but for `log`. A view: valid until the next push. */
  readonly bytes: Uint8Array;
}

const FRAME_SIZE = layoutOf(FRAME_STRUCTS.frame).size;
const COMMAND_SIZE = layoutOf(FRAME_STRUCTS.command).size;

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
      const size = view.getUint32(12, true);
      if (bytes.length - at < FRAME_SIZE + size) break;
      const slot = view.getUint32(4, true);
      yield {
        kind: ENUMS.frame_kind[view.getUint32(0, true)] ?? "log",
        slot: slot === NONE ? null : slot,
        stream: ENUMS.stream[view.getUint32(8, true)] ?? "stdout",
        bytes: bytes.subarray(at + FRAME_SIZE, at + FRAME_SIZE + size),
      };
      at += FRAME_SIZE + size;
    }
    this.#rest = bytes.slice(at);
  }
}

/** `interrupts`: a signal asked for it, so the run is interrupted. */
export function encodeCommand(
  kind: EnumValue<"command_kind">,
  { interrupts = false, slot = NONE, argument = 0 } = {},
): Uint8Array {
  const bytes = new Uint8Array(COMMAND_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ENUMS.command_kind.indexOf(kind), true);
  view.setUint32(4, slot, true);
  view.setUint32(8, interrupts ? 1 : 0, true);
  view.setUint32(12, argument, true);
  return bytes;
}
