/** Reading the rows that `sandbox-look snapshot` writes. Pure. */

import { PID_LEVEL_MAX } from "../base/kernel-limits.ts";
import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import { offsetsOf, wideAt, wordsAt } from "./fields.ts";
import { NONE } from "./layout.ts";
import { ARGV_TEXT_MAX, FRAME_STRUCTS } from "./stream-layout.ts";
import { layoutOf } from "./struct.ts";

const ROW_SIZE = layoutOf(FRAME_STRUCTS.snapshot_row).size;
const AT = offsetsOf(FRAME_STRUCTS.snapshot_row);
const COMM_SIZE = 16;

/** Null: these are no whole rows. */
export function decodeSnapshot(bytes: Uint8Array): ProcRow[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows: ProcRow[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < ROW_SIZE) return null;
    const size = view.getUint32(at + AT.size, true);
    const level = view.getUint32(at + AT.level, true);
    const argvSize = view.getUint32(at + AT.argv_size, true);
    const numbers = at + ROW_SIZE;
    const argv = numbers + 8 * (level + 1);
    const isWhole =
      level <= PID_LEVEL_MAX && size <= bytes.length - at && argv + argvSize <= at + size;
    if (!isWhole) return null;
    rows.push(rowAt(view, buffer, at, level, argvSize));
    at += size;
  }
  return rows;
}

function rowAt(
  view: DataView,
  buffer: Buffer,
  at: number,
  level: number,
  argvSize: number,
): ProcRow {
  const numbers = at + ROW_SIZE;
  const argv = numbers + 8 * (level + 1);
  const comm = at + AT.comm;
  const end = buffer.indexOf(0, comm);
  const uid = view.getUint32(at + AT.uid, true);
  return {
    pids: wordsAt(view, numbers, level + 1),
    ppids: wordsAt(view, numbers + 4 * (level + 1), level + 1),
    state: String.fromCharCode(view.getUint32(at + AT.state, true) & 0x7f),
    comm: buffer.toString(
      "utf8",
      comm,
      end < 0 ? comm + COMM_SIZE : Math.min(end, comm + COMM_SIZE),
    ),
    argv: argvSize === 0 ? [] : argvOf(buffer.toString("utf8", argv, argv + argvSize)),
    isArgvCut: argvSize >= ARGV_TEXT_MAX,
    startNs: wideAt(view, at + AT.start_ns),
    uid: uid === NONE ? null : uid,
    inodes: inodesAt(view, at + AT.inodes),
  };
}

/** Each argument is ended by NUL, unless the process has written over them. */
function argvOf(text: string): string[] {
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

function inodesAt(view: DataView, at: number): ProcRow["inodes"] {
  const inodes: { -readonly [Kind in keyof ProcRow["inodes"]]: number } = {};
  let field = at;
  for (const kind of NAMESPACE_KINDS) {
    const inode = view.getUint32(field, true);
    if (inode !== 0) inodes[kind] = inode;
    field += 4;
  }
  return inodes;
}
