/** A value of the wrong type: what it is, what is taken, and how to write that. Pure. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { branchesOf, resolved, type SchemaPart as Schema } from "./definitions.ts";
import { flowText } from "./flow-text.ts";
import { isOpen, type ListNode, type Node, type ScalarNode, textOf } from "./node.ts";
import { lookAlike } from "./strange-characters.ts";

/** Whether a value of this kind is taken at all; its own fields, items and range are not looked at. */
export function takes(schema: Schema, node: Node): boolean {
  if (schema.type === undefined || isOpen(node)) return true;
  if (node.kind === "map") return schema.type === "object";
  if (node.kind === "list") return schema.type === "array";
  if (node.value === null) return schema.type === "null" && node.source !== "";
  if (schema.type === "integer") return Number.isInteger(node.value);
  return typeof node.value === schema.type;
}

/** The branch that a value is meant for; null: none takes a value of this type. */
export function branchFor(node: Node, schema: Schema): Schema | null {
  const branches = schema.anyOf ?? [schema];
  for (const branch of branches) {
    const whole = resolved(branch);
    if (takes(whole, node)) return whole;
  }
  if (node.kind !== "scalar" || node.isMade !== true) return null;
  return branches.map(resolved).find(isText) ?? null;
}

/** Whether any text will do. */
function isText({ type, enum: values }: Schema): boolean {
  return type === "string" && values === undefined;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

/** What YAML 1.1 and people take for true or false. */
const WORDS_FOR: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

/** Longest value that a help repeats. */
const SHOWN_LENGTH_MAX = 40;

/** `field` is the key that it is the value of, and `within` that of the map around, empty for none. */
interface Around {
  readonly field: string;
  readonly within: string;
}

/** `name` is how findings call the value. */
export function wrongType(node: Node, schema: Schema, name: string, around: Around): Diagnostic {
  const blank = node.kind === "scalar" ? blankIn(node) : null;
  if (blank !== null) return blank;
  const branches = branchesOf(schema);
  const types = branches.map((branch) => TYPE_NAMES[branch.type ?? ""] ?? "anything");
  const expected = [...new Set(types)].filter((type) => type !== "null").join(" or ");
  return diagnostic("SBX2002", node.span, `${name} is ${describe(node)}, not ${expected}`, {
    label: `expected ${expected}`,
    help:
      helpFor(node, schema, branches, around) ??
      `write ${expected} here${example(schema, branches)}`,
  });
}

/** What only looks like a map or a list; in quotes it was meant as it is. */
function blankIn({ span, source, value }: ScalarNode): Diagnostic | null {
  return typeof value === "string" && !/^["']/.test(source)
    ? lookAlike(span.file, span.start, source)
    : null;
}

function describe(node: Node): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  if (typeof node.value === "number") return `the number ${node.source}`;
  return typeof node.value === "boolean" ? `the boolean ${node.source}` : "text";
}

/** What to write instead, where the text says which; else null. */
function helpFor(
  node: Node,
  schema: Schema,
  branches: readonly Schema[],
  around: Around,
): string | null {
  const has = (type: string) => branches.some((branch) => branch.type === type);
  const choices = branches.flatMap((branch) => branch.enum ?? []);
  if (node.kind === "map") return choices.length > 0 ? conditionHelp(node, choices, around) : null;
  if (node.kind === "list") return has("object") ? listHelp(node, branches, around) : null;
  const { value, source } = node;
  if (value === null) return nothingHelp(choices, around);
  if (typeof value === "string") {
    const foreign = foreignWords().foreignText(around.field, value);
    const other = plainHelp(node, has) ?? foreign ?? (has("object") ? inMap(node) : null);
    return other ?? (has("array") ? inList(node) : null);
  }
  if (choices.length > 0) return oneOf(choices);
  if (around.field === "user") return foreignWords().foreignText(around.field, source);
  if (!has("string")) return has("array") ? inList(node) : null;
  const text = exampleOf(schema, branches, "string");
  if (typeof value === "number" && typeof text === "string")
    return `write it as text, such as ${text}`;
  return `put the value in quotes to make it text: "${source}"`;
}

function oneOf(choices: readonly string[]): string {
  return `write one of ${choices.join(", ")}`;
}

function nothingHelp(choices: readonly string[], { field, within }: Around): string | null {
  if (within === "env")
    return `write \`${field}: ""\` for an empty value; for the caller's, \`inherit_env: [${field}]\``;
  return choices.length > 0 ? oneOf(choices) : null;
}

/** Help for `{condition: service_started}`, as Compose has it. */
function conditionHelp(node: Node, choices: readonly string[], { field }: Around): string {
  const meant = listAsMap().conditionOf(node);
  if (meant === null || !choices.includes(meant)) {
    const why = meant === "ready" ? "; `ready` is known, but not built yet" : "";
    return `${oneOf(choices)}${why}`;
  }
  return `write \`${field}: ${meant}\``;
}

/** Help for a list whose items say what a map would; names alone are those of the caller's variables. */
function listHelp(list: ListNode, branches: readonly Schema[], { field }: Around): string | null {
  const { mapText, bareNames } = listAsMap();
  const text = mapText(list, firstChoice(branches));
  if (text !== null) return `write a map: ${text}`;
  const names = field === "env" ? bareNames(list) : [];
  if (names.length === 0) return null;
  const others = list.items.filter((item) => !names.includes(textOf(item) ?? ""));
  const rest = others.length === 0 ? null : mapText({ ...list, items: others }, null);
  const inherited = `\`inherit_env: [${names.join(", ")}]\``;
  return rest === null ? `write ${inherited}` : `write \`env: ${rest}\` and ${inherited}`;
}

/** The first of the values that a record of choices takes. */
function firstChoice(branches: readonly Schema[]): string | null {
  const values = branches.flatMap(({ patternProperties = {} }) => Object.values(patternProperties));
  return values.flatMap((value) => resolved(value).enum ?? [])[0] ?? null;
}

/** A list with maps in it, where a map by name would do: it is one mistake, not one an item. */
export function mapsInList(list: ListNode, schema: Schema, name: string, around: Around) {
  const branches = branchesOf(schema);
  const isMap = branches.some(({ type }) => type === "object");
  if (!isMap || !list.items.some(({ kind }) => kind === "map")) return null;
  const help = listHelp(list, branches, around);
  if (help === null) return null;
  const message = `${name} is a list of maps, not a map`;
  return diagnostic("SBX2002", list.span, message, { label: "expected a map", help });
}

/** Loaded where it is needed. */
function foreignWords(): typeof import("./foreign-words.ts") {
  return require("./foreign-words.ts");
}

/** Loaded where it is needed, as is what it compares with. */
function listAsMap(): typeof import("./list-as-map.ts") {
  return require("./list-as-map.ts");
}

/** Help for text that would be right without quotes, or in the words of YAML 1.2. */
function plainHelp({ value }: ScalarNode, has: (type: string) => boolean): string | null {
  const text = String(value);
  const meant = Object.hasOwn(WORDS_FOR, text.toLowerCase()) ? WORDS_FOR[text.toLowerCase()] : null;
  if (has("boolean") && meant !== null) {
    return text === String(meant) ? `remove the quotes: ${meant}` : `write ${meant}`;
  }
  const isNumber =
    (has("integer") && /^-?\d+$/.test(text)) || (has("number") && /^-?[\d.]+$/.test(text));
  return isNumber ? `remove the quotes: ${text}` : null;
}

/** A text of several names is a list of them. */
function inList({ source, value }: ScalarNode): string | null {
  const text = source === "" ? String(value) : source;
  if (text.length > SHOWN_LENGTH_MAX || /[\n[\]{}]/.test(text)) return null;
  const names = String(value).split(/\s*,\s*|\s+/);
  const isNames =
    typeof value === "string" && names.length > 1 && names.every((name) => NAME.test(name));
  if (isNames) return `write a list: [${names.join(", ")}]`;
  return text.includes(",") ? null : `write a list: [${text}]`;
}

/** A name, a path or a variable, without a sign of YAML. */
const NAME = /^[\w./-]+$/;

/** Help for text that misses a blank, or has another sign, to be a map. */
function inMap({ value }: ScalarNode): string | null {
  const [line = ""] = String(value).split(/[\n ](?=[\w.-]+[:=])/);
  const [, key, sign, rest = ""] = /^([\w.-]+)([:=])(.+)$/.exec(line) ?? [];
  if (key === undefined || line.length > SHOWN_LENGTH_MAX) return null;
  return sign === ":"
    ? `put a space behind the colon: \`${key}: ${rest}\``
    : `write a map: ${flowText({ [key]: rest })}`;
}

function example(schema: Schema, branches: readonly Schema[]): string {
  const fields = branches.flatMap(({ properties }) => Object.keys(properties ?? {}));
  const type = branches.find((branch) => branch.type === "object" || branch.type === "array")?.type;
  const value = type === undefined ? undefined : exampleOf(schema, branches, type);
  if (value !== undefined) return `, such as ${flowText(value)}`;
  return fields.length === 0 || fields.length > 4 ? "" : ` with ${fields.join(", ")}`;
}

function exampleOf(schema: Schema, branches: readonly Schema[], type: string): unknown {
  const examples = [schema, ...branches].flatMap((part) => part.examples ?? []);
  return examples.find((value) =>
    type === "array" ? Array.isArray(value) : typeof value === type && !Array.isArray(value),
  );
}
