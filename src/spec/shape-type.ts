/** A value of the wrong type: what it is, what is taken, and how to write that. Pure. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { branchesOf, resolved, type SchemaPart as Schema } from "./definitions.ts";
import { flowText } from "./flow-text.ts";
import { isOpen, type ListNode, type Node, type ScalarNode } from "./node.ts";

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
  if (schema.anyOf === undefined) return takes(schema, node) ? schema : null;
  for (const branch of schema.anyOf) {
    const whole = resolved(branch);
    if (takes(whole, node)) return whole;
  }
  return null;
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

export function wrongType(node: Node, schema: Schema, name: string): Diagnostic {
  const branches = branchesOf(schema);
  const types = branches.map((branch) => TYPE_NAMES[branch.type ?? ""] ?? "anything");
  const expected = [...new Set(types)].filter((type) => type !== "null").join(" or ");
  return diagnostic("SBX2002", node.span, `${name} is ${describe(node)}, not ${expected}`, {
    label: `expected ${expected}`,
    help: helpFor(node, schema, branches) ?? `write ${expected} here${example(schema, branches)}`,
  });
}

function describe(node: Node): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  if (typeof node.value === "number") return `the number ${node.source}`;
  return typeof node.value === "boolean" ? `the boolean ${node.source}` : "text";
}

/** What to write instead, where the text says which; else null. */
function helpFor(node: Node, schema: Schema, branches: readonly Schema[]): string | null {
  const has = (type: string) => branches.some((branch) => branch.type === type);
  if (node.kind === "map") return null;
  if (node.kind === "list") return has("object") ? pairsHelp(node) : null;
  const { value, source } = node;
  if (value === null) return null;
  if (typeof value === "string")
    return plainHelp(node, has) ?? (has("array") ? inList(node) : null);
  const choices = branches.flatMap((branch) => branch.enum ?? []);
  if (choices.length > 0) return `write one of ${choices.join(", ")}`;
  if (!has("string")) return has("array") ? inList(node) : null;
  const text = exampleOf(schema, branches, "string");
  if (typeof value === "number" && typeof text === "string")
    return `write it as text, such as ${text}`;
  return `put the value in quotes to make it text: "${source}"`;
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

function inList({ source, value }: ScalarNode): string | null {
  const text = source === "" ? String(value) : source;
  const isShort = text.length <= SHOWN_LENGTH_MAX && !/[\n,[\]{}]/.test(text);
  return isShort ? `write a list: [${text}]` : null;
}

/** Help for a list of `NAME=value`, as Compose has it: the same as a map. */
function pairsHelp({ items }: ListNode): string | null {
  const pairs = items.map((item) =>
    item.kind === "scalar" ? /^([A-Za-z0-9_.-]+)=([^,{}[\]]*)$/.exec(String(item.value)) : null,
  );
  const first = pairs[0];
  if (!first || pairs.includes(null)) return null;
  const text = flowText(Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]])));
  return text.length <= SHOWN_LENGTH_MAX
    ? `write a map: ${text}`
    : `write a map: {${first[1]}: ${first[2]}, …}`;
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
