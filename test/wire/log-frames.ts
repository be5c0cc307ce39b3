/** Log files as the monitor writes them, made by hand. */

import { ENUMS, type EnumValue } from "../../src/wire/enums.ts";
import { FRAME_STRUCTS } from "../../src/wire/stream-layout.ts";
import { layoutOf, writeRecord } from "../../src/wire/struct.ts";

export interface HandFrame {
  readonly slot?: number;
  readonly kind?: EnumValue<"frame_kind">;
  readonly flags?: readonly EnumValue<"log_flag">[];
  readonly position?: number;
  readonly atMs?: number;
  readonly text?: string;
  /** Instead of the text's own. */
  readonly size?: number;
}

const SIZE = layoutOf(FRAME_STRUCTS.frame).size;

export function frameBytes(frame: HandFrame): Buffer {
  const { slot = 1, kind = "log", flags = [], position = 0, atMs = 0, text = "" } = frame;
  const head = Buffer.alloc(SIZE);
  const view = new DataView(head.buffer, head.byteOffset, SIZE);
  writeRecord(view, 0, FRAME_STRUCTS.frame, {
    kind: ENUMS.frame_kind.indexOf(kind),
    slot,
    value: flags.reduce((bits, flag) => bits | (1 << ENUMS.log_flag.indexOf(flag)), 0),
    size: frame.size ?? text.length,
    position: BigInt(position),
    at_ns: BigInt(atMs) * 1_000_000n,
  });
  return Buffer.concat([head, Buffer.from(text)]);
}
