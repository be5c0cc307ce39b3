/** Fields of records in a flat image, by name. Pure. */

import { layoutOf, type Struct } from "./struct.ts";

/** Offset of each field from the start of its record. */
export function offsetsOf<const Of extends Struct>(
  struct: Of,
): Readonly<Record<Of["fields"][number][0], number>> {
  const offsets = layoutOf(struct).fields.map(({ name, offset }) => [name, offset] as const);
  return Object.fromEntries(offsets) as Record<Of["fields"][number][0], number>;
}

/** A u64 that is below 2^53: times and inodes are. Quicker than a BigInt by far. */
export function wideAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

export function wordsAt(view: DataView, at: number, count: number): number[] {
  const words: number[] = [];
  for (let index = 0; index < count; index++) words.push(view.getUint32(at + 4 * index, true));
  return words;
}
