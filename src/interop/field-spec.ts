/** How a spec writes the fields of `fields/`: the way back from a plan or from procfs. Pure. */

import { durationText } from "../base/duration.ts";
import type { FieldEntry, FieldKind, KindValues } from "../fields/kinds.ts";
import { isFallback } from "../fields/process-fields.ts";
import { signalName } from "../ir/signals.ts";
import type { SpecValue } from "./spec-tree.ts";

const WRITERS: {
  readonly [Kind in FieldKind]: (value: NonNullable<KindValues[Kind]>) => SpecValue;
} = {
  integer: (value) => value,
  octal: (mode) => mode.toString(8).padStart(3, "0"),
  flag: (isSet) => isSet,
  duration: durationText,
  signal: signalName,
  signals: (signals) => signals.map(signalName),
};

/** Undefined where the field's default says the same. */
export function fieldSpec(entry: FieldEntry, value: unknown): SpecValue | undefined {
  if (isFallback(entry, value)) return undefined;
  return (WRITERS[entry.kind] as (value: unknown) => SpecValue)(value);
}

const PROC_READERS: {
  readonly [Kind in FieldKind]: (text: string) => KindValues[Kind] | undefined;
} = {
  integer: numberIn,
  octal: (text) => (/^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined),
  flag: () => undefined,
  duration: () => undefined,
  signal: numberIn,
  signals: (text) => {
    if (!/^[0-9a-f]+$/.test(text)) return undefined;
    const bits = BigInt(`0x${text}`);
    return Array.from({ length: 64 }, (_, at) => at + 1).filter(
      (number) => (bits >> BigInt(number - 1)) & 1n,
    );
  },
};

/** The value that procfs shows as `text`; undefined where that is none of this kind. */
export function fieldOfProc({ kind }: FieldEntry, text: string): unknown {
  return PROC_READERS[kind](text);
}

function numberIn(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}
