/** The schema of each kind of field; `fields/` has the fields. Pure. */

import Type, { type TOptional, type TSchema, type TString } from "typebox";
import type { FieldEntry, FieldKind } from "../fields/kinds.ts";
import {
  type InheritedFieldName,
  PROCESS_FIELD_ENTRIES,
  type ProcessFieldName,
} from "../fields/process-fields.ts";
import { duration } from "./schema-parts.ts";

type About = { readonly description: string; readonly examples?: readonly unknown[] };

const signal = Type.Union([Type.String(), Type.Integer()]);

const SCHEMAS: Readonly<Record<FieldKind, (entry: FieldEntry, about: About) => TSchema>> = {
  integer: ({ range: [minimum, maximum] = [0, 0] }, about) =>
    Type.Integer({ ...about, minimum, maximum }),
  octal: ({ fallback }, about) =>
    Type.Union(
      [Type.String({ pattern: "^0?o?[0-7]{1,3}$", $comment: "SBX2304" }), Type.Integer()],
      { ...about, default: `0${Number(fallback).toString(8)}` },
    ),
  flag: ({ fallback }, about) => Type.Boolean({ ...about, default: fallback }),
  duration: (_, { description }) => duration(description),
  signal: (_, about) => Type.Union([Type.String(), Type.Integer()], about),
  signals: (_, about) => Type.Array(signal, about),
};

function schemaOf(entry: FieldEntry): TSchema {
  const { description, examples } = entry;
  return SCHEMAS[entry.kind](entry, { description, ...(examples && { examples }) });
}

/** For the compiler a field without fields of its own: what it takes is checked by the schema. */
type Scalar = TOptional<TString>;

/** Optional properties by the fields' names. */
export const processFieldSchemas = Object.fromEntries(
  PROCESS_FIELD_ENTRIES.map(([, entry]) => [entry.name, Type.Optional(schemaOf(entry))]),
) as unknown as Record<ProcessFieldName, Scalar>;

/** The same for fields that a sandbox can say for its processes. */
export const inheritedFieldSchemas = Object.fromEntries(
  PROCESS_FIELD_ENTRIES.flatMap(([, entry]) =>
    entry.isInherited ? [[entry.name, Type.Optional(schemaOf(entry))]] : [],
  ),
) as unknown as Record<InheritedFieldName, Scalar>;
