/** SBX2001: a field that its map does not have, and what it was meant to be. Pure. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { definitions, type PartName, resolved, type SchemaPart as Schema } from "./definitions.ts";
import { type ForeignWord, foreignWord, nearForeignWord, TOOLS } from "./foreign-words.ts";
import { mapText } from "./list-as-map.ts";
import type { Entry, Node } from "./node.ts";
import { isPlannedField } from "./planned.ts";
import { branchFor } from "./shape-type.ts";
import { lookAlike } from "./strange-characters.ts";
import { nearest } from "./suggest.ts";

export interface UnknownField {
  readonly finding: Diagnostic;
  /** The field of the same map that it stands for; null where that is not known. */
  readonly meant: string | null;
  /** Whether its value can be one of that field. */
  readonly isSame: boolean;
}

interface Guess {
  readonly label: string;
  readonly help: string;
  readonly notes?: readonly string[];
  readonly meant: string | null;
  readonly isSame?: boolean;
}

/**
 * `name` is the key of the map that it stands in, `around` how findings call that one; `before` is how
 * many findings there are already.
 */
export function unknownField(
  entry: Entry,
  schema: Schema,
  name: string,
  around: string,
  before: number,
): UnknownField {
  const { key, keySpan } = entry;
  const blank = lookAlike(keySpan.file, keySpan.start, key);
  if (blank !== null) return { finding: blank, meant: null, isSame: false };
  const {
    meant,
    isSame = false,
    ...rest
  } = before < GUESS_COUNT_MAX ? guess(entry, schema, name) : NO_GUESS;
  const message = `unknown field "${key}" in ${around}`;
  return { finding: diagnostic("SBX2001", keySpan, message, rest), meant, isSame };
}

/** A file with so many is none that anybody wrote, and each is compared with some 200 words. */
const GUESS_COUNT_MAX = 10_000;

const NO_GUESS: Guess = { label: "", help: "correct the first ones, and check again", meant: null };

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
    const isSame = branchFor(entry.value, resolved(schema.properties?.[near] ?? {})) !== null;
    return { label: `did you mean "${near}"?`, help: `write \`${near}\``, meant: near, isSame };
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
    const isSame = isValueOf(value, resolved(own), field);
    const label = isSame ? `did you mean "${field}"?` : `\`${field}\` is the field for that`;
    const asMap = value.kind === "list" && !isSame ? mapText(value, null) : null;
    const text = asMap === null ? `${written}${how}` : `\`${field}: ${asMap}\``;
    return { label, help: `write ${text}`, notes, meant: field, isSame };
  }
  const home = homeOf(field);
  if (isPlanned(field)) {
    const what = `\`${field}\` is to be the field for that, but is not built yet`;
    return { label: "", help: `remove \`${key}\`: ${what}`, notes, meant: null };
  }
  const around = home === null ? "" : ` in ${home}`;
  return { label: "", help: `write ${written}${around}${how}`, notes, meant: null };
}

/** Whether a value could stand behind `field` as it is: of a map that has fields, these are its own. */
function isValueOf(value: Node, schema: Schema, field: string): boolean {
  const branch = branchFor(value, schema);
  const { properties } = branch ?? {};
  if (properties === undefined || value.kind !== "map") return branch !== null;
  return value.entries.every(
    ({ key }) => Object.hasOwn(properties, key) || foreignWord(key, [field]) !== null,
  );
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
