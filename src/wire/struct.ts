/** A record of fixed size as C has it: where its fields lie, and its values by name. Pure. */

export type FieldType = "u8" | "u32" | "i32" | "u64" | "i64";

/** `[name, type]` or `[name, type, count]` for an array. */
export type Field = readonly [name: string, type: FieldType, count?: number];

export interface Struct {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
}

/** Fields that hold one number; an array has a third element, its count. */
type ScalarOf<Of extends Struct> = Extract<Of["fields"][number], readonly [string, FieldType]>;

/**
 * The numbers of one record by the names of its fields, arrays left out: a name that is missing, or
 * that the struct does not have, does not compile.
 */
export type RecordOf<Of extends Struct> = {
  readonly [Each in ScalarOf<Of> as Each[0]]: Each[1] extends "u64" | "i64" ? bigint : number;
};

const SIZES: Readonly<Record<FieldType, number>> = { u8: 1, u32: 4, i32: 4, u64: 8, i64: 8 };

export interface FieldLayout {
  readonly name: string;
  readonly type: FieldType;
  readonly count: number;
  /** Bytes from the start of the record. */
  readonly offset: number;
}

export interface StructLayout {
  readonly fields: readonly FieldLayout[];
  /** Bytes, a multiple of the largest alignment in it. */
  readonly size: number;
}

/** Each is asked for once a record. */
const known = new WeakMap<Struct, StructLayout>();

/** Offsets as a C compiler on a 64-bit target gives them; the generated header asserts the same. */
export function layoutOf(struct: Struct): StructLayout {
  const layout = known.get(struct) ?? computedLayout(struct);
  known.set(struct, layout);
  return layout;
}

function computedLayout(struct: Struct): StructLayout {
  const fields: FieldLayout[] = [];
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

/** Reads the record at byte `at`. Throws RangeError where the view ends before it does. */
export function readRecord<const Of extends Struct>(
  view: DataView,
  at: number,
  struct: Of,
): RecordOf<Of> {
  const record: Record<string, number | bigint> = {};
  for (const { name, type, offset, count } of layoutOf(struct).fields) {
    if (count === 1) record[name] = READERS[type](view, at + offset);
  }
  return record as RecordOf<Of>;
}

/** Little-endian, as every image and table. */
const READERS: Readonly<Record<FieldType, (view: DataView, at: number) => number | bigint>> = {
  u8: (view, at) => view.getUint8(at),
  u32: (view, at) => view.getUint32(at, true),
  i32: (view, at) => view.getInt32(at, true),
  u64: (view, at) => view.getBigUint64(at, true),
  i64: (view, at) => view.getBigInt64(at, true),
};

/** Writes the record at byte `at`. Throws where a number does not fit its field: a bug of ours. */
export function writeRecord<const Of extends Struct>(
  view: DataView,
  at: number,
  struct: Of,
  record: RecordOf<Of>,
): void {
  const values = record as Readonly<Record<string, number | bigint>>;
  for (const { name, type, offset, count } of layoutOf(struct).fields) {
    const value = values[name];
    if (count > 1 || value === undefined) continue;
    if (!FITS[type](value)) throw unfit(struct.name, name, value);
    WRITERS[type](view, at + offset, value);
  }
}

export function unfit(struct: string, field: string, value: number | bigint): Error {
  return new Error(`bug: ${value} does not fit ${struct}.${field}`);
}

/** Whether a number is the same after it was written and read. */
export const FITS: Readonly<Record<FieldType, (value: number | bigint) => boolean>> = {
  u8: (value) => (Number(value) & 0xff) === value,
  u32: (value) => Number(value) >>> 0 === value,
  i32: (value) => (Number(value) | 0) === value,
  u64: (value) => typeof value === "bigint" && BigInt.asUintN(64, value) === value,
  i64: (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
};

const WRITERS: Readonly<
  Record<FieldType, (view: DataView, at: number, value: number | bigint) => void>
> = {
  u8: (view, at, value) => view.setUint8(at, Number(value)),
  u32: (view, at, value) => view.setUint32(at, Number(value), true),
  i32: (view, at, value) => view.setInt32(at, Number(value), true),
  u64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  i64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
};
