/** A record of fixed size as C has it, and where its fields lie. Pure. */

export type FieldType = "u8" | "u32" | "i32" | "u64";

/** `[name, type]` or `[name, type, count]` for an array. */
export type Field = readonly [name: string, type: FieldType, count?: number];

export interface Struct {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
}

const SIZES: Readonly<Record<FieldType, number>> = { u8: 1, u32: 4, i32: 4, u64: 8 };

export interface FieldPlace {
  readonly name: string;
  readonly type: FieldType;
  readonly count: number;
  /** Bytes from the start of the record. */
  readonly offset: number;
}

export interface StructPlace {
  readonly fields: readonly FieldPlace[];
  /** Bytes, a multiple of the largest alignment in it. */
  readonly size: number;
}

/** Each is asked for once a record. */
const known = new WeakMap<Struct, StructPlace>();

/** Offsets as a C compiler on a 64-bit target gives them; the generated header asserts the same. */
export function placesOf(struct: Struct): StructPlace {
  const places = known.get(struct) ?? computedPlaces(struct);
  known.set(struct, places);
  return places;
}

function computedPlaces(struct: Struct): StructPlace {
  const fields: FieldPlace[] = [];
  let offset = 0;
  let alignment = 1;
  for (const [name, type, count = 1] of struct.fields) {
    const size = SIZES[type];
    offset = Math.ceil(offset / size) * size;
    fields.push({ name, type, count, offset });
    offset += size * count;
    alignment = Math.max(alignment, size);
  }
  return { fields, size: Math.ceil(offset / alignment) * alignment };
}
