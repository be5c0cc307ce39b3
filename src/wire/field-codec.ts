/** How the fields of `fields/` stand in a process's record of the plan image. Pure. */

import type { FieldEntry, FieldKind, KindValues } from "../fields/kinds.ts";
import {
  PROCESS_FIELD_ENTRIES,
  PROCESS_FIELDS,
  type ProcessFieldKey,
  type ProcessFieldValues,
  processFieldValues,
} from "../fields/process-fields.ts";

/** An integer that is not asked for; no field's range has it. */
export const NO_INTEGER = -0x8000_0000;

const WIRE_TYPES = {
  integer: "i32",
  octal: "u32",
  flag: "u32",
  duration: "u32",
  signal: "u32",
  signals: "u64",
} as const satisfies Record<FieldKind, string>;

type Fields = typeof PROCESS_FIELDS;
type WireType<Key extends ProcessFieldKey> = (typeof WIRE_TYPES)[Fields[Key]["kind"]];

/** A duration's name says its unit. */
type WireName<Key extends ProcessFieldKey> = Fields[Key]["kind"] extends "duration"
  ? `${Fields[Key]["name"]}_ms`
  : Fields[Key]["name"];

export const wireName = ({ kind, name }: FieldEntry) => (kind === "duration" ? `${name}_ms` : name);

/** Name and type of each field's number in `image_process`. */
export const PROCESS_WIRE_FIELDS = PROCESS_FIELD_ENTRIES.map(([, entry]) => [
  wireName(entry),
  WIRE_TYPES[entry.kind],
]) as unknown as readonly {
  [Key in ProcessFieldKey]: readonly [WireName<Key>, WireType<Key>];
}[ProcessFieldKey][];

type WireValue<Kind extends FieldKind> = (typeof WIRE_TYPES)[Kind] extends "u64" ? bigint : number;

/** The numbers of a process's fields by their names. */
export type ProcessWireValues = {
  readonly [Key in ProcessFieldKey as WireName<Key>]: WireValue<Fields[Key]["kind"]>;
};

interface Codec<Kind extends FieldKind> {
  readonly write: (value: KindValues[Kind]) => WireValue<Kind>;
  readonly read: (number: WireValue<Kind>) => KindValues[Kind];
}

/** A duration or signal of 0 is none: neither can be 0 itself. */
const zeroIsNone: Codec<"duration"> & Codec<"signal"> = {
  write: (value) => value ?? 0,
  read: (number) => (number === 0 ? null : number),
};

const CODECS: { readonly [Kind in FieldKind]: Codec<Kind> } = {
  integer: {
    write: (value) => value ?? NO_INTEGER,
    read: (number) => (number === NO_INTEGER ? null : number),
  },
  octal: { write: (mode) => mode, read: (mode) => mode },
  flag: { write: (isSet) => (isSet ? 1 : 0), read: (number) => number === 1 },
  duration: zeroIsNone,
  signal: zeroIsNone,
  // Bit 0 is signal 1, as in the kernel's own sets.
  signals: {
    write: (numbers) => numbers.reduce((bits, number) => bits | (1n << BigInt(number - 1)), 0n),
    read: (bits) =>
      bits === 0n
        ? NO_SIGNALS
        : Array.from({ length: 64 }, (_, at) => at + 1).filter(
            (number) => (bits >> BigInt(number - 1)) & 1n,
          ),
  },
};

const NO_SIGNALS: readonly number[] = PROCESS_FIELDS.ignoreSignals.fallback;

/** A codec of which only the kind is known at run time. */
interface AnyCodec {
  readonly write: (value: unknown) => number | bigint;
  readonly read: (number: unknown) => KindValues[FieldKind];
}

const codecOf = ({ kind }: FieldEntry) => CODECS[kind] as unknown as AnyCodec;

const WIRE_ENTRIES = PROCESS_FIELD_ENTRIES.map(([key, entry]) => ({
  key,
  name: wireName(entry),
  codec: codecOf(entry),
}));

export function processWireValues(process: ProcessFieldValues): ProcessWireValues {
  const numbers: Record<string, number | bigint> = {};
  for (const { key, name, codec } of WIRE_ENTRIES) numbers[name] = codec.write(process[key]);
  return numbers as unknown as ProcessWireValues;
}

export function processValuesOfWire(row: ProcessWireValues): ProcessFieldValues {
  const numbers: Readonly<Record<string, number | bigint>> = row;
  return processFieldValues((entry) => codecOf(entry).read(numbers[wireName(entry)]));
}
