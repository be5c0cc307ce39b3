/** Reading the events that a traced run writes. Pure. */

import { ENUMS, type EnumValue } from "./enums.ts";
import { FRAME_STRUCTS, placesOf } from "./layout.ts";

export interface TraceEvent {
  readonly kind: EnumValue<"trace_kind">;
  /** CLOCK_MONOTONIC, as in the state table. */
  readonly atNs: number;
  /** By level, outermost first; of an exit only that at level 0. */
  readonly pids: readonly number[];
  /** PID of the parent at level 0; of a fork only, else 0. */
  readonly parentPid: number;
  /** As of wait4(2); of an exit only. */
  readonly status: number;
  readonly comm: string;
  /** Of an exec only. */
  readonly argv: readonly string[];
}

const PLACES = placesOf(FRAME_STRUCTS.trace_event);
const AT = Object.fromEntries(
  PLACES.fields.map(({ name, offset }) => [name, offset] as const),
) as Readonly<Record<(typeof FRAME_STRUCTS.trace_event.fields)[number][0], number>>;

/** In the order they happened. What is cut off at the end, as by a full disk, is left out. */
export function decodeTrace(bytes: Uint8Array): TraceEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = new TextDecoder("utf-8");
  const events: TraceEvent[] = [];
  for (let at = 0; bytes.length - at >= PLACES.size; ) {
    const word = (name: keyof typeof AT) => view.getUint32(at + AT[name], true);
    const size = word("size");
    const level = word("level");
    const argvSize = word("argv_size");
    const kind = ENUMS.trace_kind[word("kind")];
    const isWhole = size >= PLACES.size + argvSize && size <= bytes.length - at && level <= 32;
    if (!isWhole || kind === undefined) break;
    const comm = bytes.subarray(at + AT.comm, at + AT.comm + 16);
    const end = comm.indexOf(0);
    const argv = bytes.subarray(at + PLACES.size, at + PLACES.size + argvSize);
    events.push({
      kind,
      atNs: Number(view.getBigUint64(at + AT.at_ns, true)),
      pids: Array.from({ length: level + 1 }, (_, index) =>
        view.getUint32(at + AT.pids + 4 * index, true),
      ),
      parentPid: word("parent"),
      status: word("status"),
      comm: text.decode(comm.subarray(0, end < 0 ? 16 : end)),
      argv: argvSize === 0 ? [] : text.decode(argv).replace(/\0$/, "").split("\0"),
    });
    at += size;
  }
  return events;
}
