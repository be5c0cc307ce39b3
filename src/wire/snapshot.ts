/** Reading the rows that `sandbox-shim snapshot` writes. Pure. */

import type { ProcRow } from "../ir/proc-row.ts";
import { FRAME_STRUCTS, placesOf } from "./layout.ts";

const PLACES = placesOf(FRAME_STRUCTS.snapshot_row);
const AT = Object.fromEntries(
  PLACES.fields.map(({ name, offset }) => [name, offset] as const),
) as Readonly<Record<(typeof FRAME_STRUCTS.snapshot_row.fields)[number][0], number>>;

/** Null: these are no whole rows. */
export function decodeSnapshot(bytes: Uint8Array): ProcRow[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = new TextDecoder("utf-8");
  const rows: ProcRow[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < PLACES.size) return null;
    const word = (name: keyof typeof AT) => view.getUint32(at + AT[name], true);
    const size = word("size");
    const level = word("level");
    const argvSize = word("argv_size");
    const isWhole = size >= PLACES.size + argvSize && size <= bytes.length - at && level <= 32;
    if (!isWhole) return null;
    const comm = bytes.subarray(at + AT.comm, at + AT.comm + 16);
    const end = comm.indexOf(0);
    const argv = bytes.subarray(at + PLACES.size, at + PLACES.size + argvSize);
    rows.push({
      pids: Array.from({ length: level + 1 }, (_, index) =>
        view.getUint32(at + AT.pids + 4 * index, true),
      ),
      parentPid: word("parent"),
      state: String.fromCharCode(word("state") & 0x7f),
      comm: text.decode(comm.subarray(0, end < 0 ? 16 : end)),
      argv: argvSize === 0 ? [] : text.decode(argv).replace(/\0$/, "").split("\0"),
      startTicks: Number(view.getBigUint64(at + AT.start_ticks, true)),
      pidns: Number(view.getBigUint64(at + AT.pidns, true)),
    });
    at += size;
  }
  return rows;
}
