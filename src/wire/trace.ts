/** Reading the events that a traced run writes. Pure. */

import { ENUMS, type EnumValue } from "./enums.ts";
import { ARGV_TEXT_MAX, FRAME_STRUCTS, PIDS_MAX } from "./stream-layout.ts";
import { layoutOf } from "./struct.ts";

export interface Trace {
  readonly tracer: EnumValue<"tracer">;
  /** Why not by BPF, and the errno of that. */
  readonly obstacle: EnumValue<"trace_obstacle">;
  readonly obstacleErrno: number;
  /** In the order they happened. */
  readonly events: readonly TraceEvent[];
  /** How many more there were that could not be recorded. */
  readonly missed: number;
  /** Why the file could not be written to its end, and whether the tracer lived to that. */
  readonly writeErrno: number;
  readonly isFinished: boolean;
}

export interface TraceEvent {
  readonly kind: EnumValue<"trace_kind">;
  /** CLOCK_MONOTONIC, as in the state table. */
  readonly atNs: number;
  /** By level, outermost first; of an exec and an exit only that at level 0. */
  readonly pids: readonly number[];
  /** PID of who forked at level 0; of a fork only, else 0. */
  readonly parentPid: number;
  /** As of wait4(2); of an exit only. */
  readonly status: number;
  readonly comm: string;
  /** Only in an exec. */
  readonly argv: readonly string[];
  readonly isArgvCut: boolean;
}

const TEXT = new TextDecoder("utf-8");
const HEADER = layoutOf(FRAME_STRUCTS.trace_header);
const EVENT = layoutOf(FRAME_STRUCTS.trace_event);
const AT = Object.fromEntries(
  [...HEADER.fields, ...EVENT.fields].map(({ name, offset }) => [name, offset] as const),
) as Readonly<
  Record<
    | (typeof FRAME_STRUCTS.trace_header.fields)[number][0]
    | (typeof FRAME_STRUCTS.trace_event.fields)[number][0],
    number
  >
>;

/** What is cut off at the end, as by a full disk, is left out. Null: nothing was written. */
export function decodeTrace(bytes: Uint8Array): Trace | null {
  if (bytes.length < HEADER.size) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = (name: keyof typeof AT) => view.getUint32(AT[name], true);
  const events: TraceEvent[] = [];
  for (let at = HEADER.size; bytes.length - at >= EVENT.size; ) {
    const word = (name: keyof typeof AT) => view.getUint32(at + AT[name], true);
    const size = word("size");
    const kind = ENUMS.trace_kind[word("kind")];
    const isWhole = size >= EVENT.size + word("argv_size") && size <= bytes.length - at;
    if (!isWhole || kind === undefined || word("level") >= PIDS_MAX) break;
    events.push(eventOf(kind, new DataView(bytes.buffer, bytes.byteOffset + at, size)));
    at += size;
  }
  return {
    tracer: ENUMS.tracer[header("tracer")] ?? "none",
    obstacle: ENUMS.trace_obstacle[header("obstacle")] ?? "none",
    obstacleErrno: header("obstacle_errno"),
    // CPUs write their events in turn, and that may be another order than that of their clocks.
    events: events.sort((a, b) => a.atNs - b.atNs),
    missed: header("missed"),
    writeErrno: header("write_errno"),
    isFinished: header("finished") === 1,
  };
}

function eventOf(kind: TraceEvent["kind"], record: DataView): TraceEvent {
  const word = (name: keyof typeof AT) => record.getUint32(AT[name], true);
  const text = (from: number, size: number) =>
    TEXT.decode(new Uint8Array(record.buffer, record.byteOffset + from, size));
  const argvSize = word("argv_size");
  return {
    kind,
    atNs: Number(record.getBigUint64(AT.at_ns, true)),
    pids: Array.from({ length: word("level") + 1 }, (_, level) =>
      record.getUint32(AT.pids + 4 * level, true),
    ),
    parentPid: word("parent"),
    status: word("status"),
    comm: text(AT.comm, 16).replace(/\0.*$/s, ""),
    isArgvCut: argvSize >= ARGV_TEXT_MAX,
    argv: argvSize === 0 ? [] : text(EVENT.size, argvSize).replace(/\0$/, "").split("\0"),
  };
}
