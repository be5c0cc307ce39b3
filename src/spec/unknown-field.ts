/** SBX2001: a field that its map does not have, and what it was meant to be. Pure. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { definitions, type PartName, resolved, type SchemaPart as Schema } from "./definitions.ts";
import { type ForeignWord, foreignWord, nearForeignWord, TOOLS } from "./foreign-words.ts";
import type { Entry } from "./node.ts";
import { isPlannedField } from "./planned.ts";
import { branchFor } from "./shape-type.ts";
import { strangeBlank } from "./strange-characters.ts";
import { nearest } from "./suggest.ts";

export interface UnknownField {
  readonly finding: Diagnostic;
  /** The field of the same map that it stands for; null where that is not known. */
  readonly meant: string | null;
}

interface Guess {
  readonly label: string;
  readonly help: string;
  readonly notes?: readonly string[];
  readonly meant: string | null;
}

/** `name` is the key of the map that it stands in, `around` how findings call that one. */
export function unknownField(
  entry: Entry,
  schema: Schema,
  name: string,
  around: string,
): UnknownField {
  const { key, keySpan } = entry;
  const blank = strangeBlank(keySpan.file, keySpan.start, key);
  if (blank !== null) return { finding: blank, meant: null };
  const { meant, ...rest } = guess(entry, schema, name);
  const message = `unknown field "${key}" in ${around}`;
  return { finding: diagnostic("SBX2001", keySpan, message, rest), meant };
}

function guess(entry: Entry, schema: Schema, name: string): Guess {
  const { key } = entry;
  const { own, others } = MAPS.get(schema) ?? { own: [name], others: [] };
  const foreign = foreignWord(key, own);
  if (foreign !== null) return foreignGuess(entry, foreign, schema);
  const home = own.length > 0 && MAPS.has(schema) ? homeOf(key) : null;
  if (home !== null) {
    return { label: `this is a field of ${home}`, help: `put it into ${home}`, meant: null };
  }
  const known = Object.keys(schema.properties ?? {});
  const near = nearest(key, known);
  if (near !== null) {
    return { label: `did you mean "${near}"?`, help: `write \`${near}\``, meant: near };
  }
  const elsewhere = foreignWord(key, others) ?? nearForeignWord(key, [...own, ...others]);
  if (elsewhere !== null) return foreignGuess(entry, elsewhere, schema);
  return { label: "", help: `the fields here are ${known.join(", ")}`, meant: null };
}

function foreignGuess({ key, value }: Entry, foreign: ForeignWord, schema: Schema): Guess {
  const { tool, field, help } = foreign;
  const notes =
    tool === "other" ? [] : [`${TOOLS[tool]} has this word: see docs/coming-from.md#${tool}`];
  if (field === null) return { label: "", help, notes, meant: null };
  // What begins with a bracket is a value to be copied.
  const written = /^[{[]/.test(help) ? `\`${field}: ${help}\`` : `\`${field}\``;
  const how = help === "" || /^[{[]/.test(help) ? "" : `: ${help}`;
  const own = schema.properties?.[field];
  if (own !== undefined) {
    const isSame = branchFor(value, resolved(own)) !== null;
    const label = isSame ? `did you mean "${field}"?` : `\`${field}\` is the field for that`;
    return { label, help: `write ${written}${how}`, notes, meant: field };
  }
  const home = homeOf(field);
  if (isPlanned(field)) {
    const what = `\`${field}\` is to be the field for that, but is not built yet`;
    return { label: "", help: `remove \`${key}\`: ${what}`, notes, meant: null };
  }
  const around = home === null ? "" : ` in ${home}`;
  return { label: "", help: `write ${written}${around}${how}`, notes, meant: null };
}

/** Which words of the table a map can have, and which belong into another map of the spec. */
const MAPS: ReadonlyMap<
  Schema | undefined,
  { readonly own: readonly string[]; readonly others: readonly string[] }
> = new Map([
  [definitions["Spec"], { own: ["spec", "sandbox"], others: ["process"] }],
  [definitions["Sandbox"], { own: ["sandbox"], others: ["process", "spec"] }],
  [definitions["ProcessMap"], { own: ["process"], others: ["sandbox", "spec"] }],
  [definitions["Template"], { own: ["process", "sandbox"], others: ["spec"] }],
]);

/** Whose fields could stand in the wrong map, and how findings call these. */
const HOMES: Readonly<Partial<Record<PartName, string>>> = {
  ProcessMap: "a process",
  Sandbox: "a sandbox",
  Spec: "the spec itself",
};

/** The first node that has a field, or is to have it. */
function homeOf(key: string): string | null {
  for (const [part, name] of Object.entries(HOMES)) {
    const schema = definitions[part] ?? {};
    if (Object.hasOwn(schema.properties ?? {}, key) || isPlannedField(key, schema, "")) return name;
  }
  return null;
}

function isPlanned(field: string): boolean {
  return Object.keys(HOMES).some((part) => isPlannedField(field, definitions[part] ?? {}, ""));
}
