/** Reading the rows that `sandbox-look namespaces` writes. Pure. */

import type { NamespaceRow } from "../ir/namespace-row.ts";
import { FRAME_STRUCTS } from "./stream-layout.ts";
import { layoutOf } from "./struct.ts";

const LAYOUT = layoutOf(FRAME_STRUCTS.namespace_row);
const AT = Object.fromEntries(
  LAYOUT.fields.map(({ name, offset }) => [name, offset] as const),
) as Readonly<Record<(typeof FRAME_STRUCTS.namespace_row.fields)[number][0], number>>;
const COUNTS = Object.fromEntries(LAYOUT.fields.map(({ name, count }) => [name, count] as const));

/** Null: these are no whole rows. */
export function decodeNamespaces(bytes: Uint8Array): NamespaceRow[] | null {
  if (bytes.length % LAYOUT.size !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / LAYOUT.size }, (_, index) =>
    rowAt(view, bytes, index * LAYOUT.size),
  );
}

function rowAt(view: DataView, bytes: Uint8Array, at: number): NamespaceRow {
  const word = (name: keyof typeof AT, index = 0) =>
    view.getUint32(at + AT[name] + 4 * index, true);
  const inode = (name: keyof typeof AT, index: number) =>
    Number(view.getBigUint64(at + AT[name] + 8 * index, true));
  const text = (name: keyof typeof AT) => {
    const field = bytes.subarray(at + AT[name], at + AT[name] + (COUNTS[name] ?? 0));
    const end = field.indexOf(0);
    return new TextDecoder().decode(field.subarray(0, end < 0 ? field.length : end));
  };
  const pidCount = Math.min(word("pid_count"), COUNTS["pid_inodes"] ?? 0);
  const userCount = Math.min(word("user_count"), COUNTS["user_inodes"] ?? 0);
  return {
    pid: word("pid"),
    pidns: Array.from({ length: pidCount }, (_, level) => ({
      inode: inode("pid_inodes", level),
      init: word("inits", level) || null,
    })),
    userns: Array.from({ length: userCount }, (_, level) => inode("user_inodes", level)),
    names:
      word("has_names") === 0
        ? null
        : { hostname: text("hostname"), domainname: text("domainname") },
  };
}
