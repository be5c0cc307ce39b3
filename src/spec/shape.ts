/**
 * Structure: holds positioned nodes to the schema. Pure.
 *
 * Walks the schema itself instead of a compiled validator: so each finding is at its own node, a
 * union is judged by the one branch that the value is meant for, and no finding is another's echo.
 */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import {
  branchesOf as branches,
  definitions,
  type PartName,
  resolved,
  type SchemaPart as Schema,
} from "./definitions.ts";
import { hasExpression } from "./expression.ts";
import { type Entry, isOpen, type Node } from "./node.ts";
import { didYouMean } from "./suggest.ts";

const NAMES: Readonly<Partial<Record<PartName, string>>> = {
  Spec: "the spec",
  Library: "the included file",
};

/** Every place where `root` is not as the named part of the schema says. */
export function checkShape(root: Node, part: PartName = "Spec"): Diagnostic[] {
  const found: Diagnostic[] = [];
  const pending: Pending = [
    { node: root, schema: definitions[part] ?? {}, name: NAMES[part] ?? "this", isOpen: false },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // What a template's `${…}` becomes is known, and checked, where it is used.
    next.isOpen ||= next.schema.$ref === "Template";
    if (isOpen(next.node) || (next.isOpen && isExpression(next.node))) continue;
    const schema = branchFor(next.node, resolved(next.schema));
    if (schema === null) found.push(wrongType(next.node, resolved(next.schema), next.name));
    else found.push(...one(next, schema, pending));
  }
  return found;
}

function isExpression(node: Node): boolean {
  return node.kind === "scalar" && typeof node.value === "string" && hasExpression(node.value);
}

/** Null: no branch takes a value of this type. */
function branchFor(node: Node, schema: Schema): Schema | null {
  return branches(schema).find((branch) => takes(branch, node)) ?? null;
}

function takes(schema: Schema, node: Node): boolean {
  if (schema.type === undefined) return true;
  if (node.kind === "map") return schema.type === "object";
  if (node.kind === "list") return schema.type === "array";
  if (schema.type === "integer") return Number.isInteger(node.value);
  if (schema.type === "number") return typeof node.value === "number";
  if (schema.type === "null") return node.value === null && node.source !== "";
  return typeof node.value === schema.type;
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

function describe(node: Node): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  if (node.value === null) return "nothing";
  if (typeof node.value === "number") return `the number ${node.source}`;
  return typeof node.value === "boolean" ? `the boolean ${node.source}` : "text";
}

function wrongType(node: Node, schema: Schema, name: string): Diagnostic {
  const types = branches(schema).map((branch) => TYPE_NAMES[branch.type ?? ""] ?? "anything");
  const expected = [...new Set(types)].filter((type) => type !== "null").join(" or ");
  const isText = types.includes("text") && node.kind === "scalar" && node.value !== null;
  return diagnostic("SBX2002", node.span, `${name} is ${describe(node)}, not ${expected}`, {
    label: `expected ${expected}`,
    help: isText ? "put the value in quotes to make it text" : `write ${expected} here`,
  });
}

type Visit = { node: Node; schema: Schema; name: string; isOpen: boolean };
type Pending = Visit[];

function one({ node, name, isOpen }: Visit, schema: Schema, pending: Pending): Diagnostic[] {
  if (node.kind === "map") {
    return mapFindings(node, node.entries, schema, { name, isOpen }, pending);
  }
  if (node.kind === "list") {
    const items = schema.items ?? {};
    for (const item of node.items)
      pending.push({ node: item, schema: items, name: `an item of ${name}`, isOpen });
    return [];
  }
  return scalarFindings(node, schema, name);
}

function mapFindings(
  node: Node,
  entries: readonly Entry[],
  schema: Schema,
  { name, isOpen }: Pick<Visit, "name" | "isOpen">,
  pending: Pending,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const others = othersOf(schema);
  for (const { key, keySpan, value } of entries) {
    if (key.startsWith("x-")) continue;
    const child = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : others;
    if (child !== undefined) {
      pending.push({ node: value, schema: child, name: `"${key}"`, isOpen });
      continue;
    }
    const known = Object.keys(schema.properties ?? {});
    found.push(
      diagnostic("SBX2001", keySpan, `unknown field "${key}" in ${name}`, {
        label: didYouMean(key, known),
        help: `the fields here are ${known.join(", ")}`,
      }),
    );
  }
  for (const field of schema.required ?? []) {
    if (entries.some(({ key }) => key === field)) continue;
    const start = { ...node.span, end: node.span.start + 1 };
    found.push(
      diagnostic(
        "SBX2003",
        entries[0]?.keySpan ?? start,
        `field "${field}" is missing in ${name}`,
        {
          help: `add \`${field}: …\``,
        },
      ),
    );
  }
  return found;
}

/** What the fields of a record are held to; undefined where only the named ones may be. */
function othersOf({ patternProperties }: Schema): Schema | undefined {
  for (const key in patternProperties) if (key !== "^x-") return patternProperties[key];
  return undefined;
}

function scalarFindings(node: Node, schema: Schema, name: string): Diagnostic[] {
  if (node.kind !== "scalar") return [];
  const { value, span } = node;
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value >= minimum && value <= maximum) return [];
    const bounds = maximum === Infinity ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
    return [
      diagnostic("SBX2305", span, `${name} is ${node.source}, but it must be ${bounds}`, {
        help: `write a number ${bounds}`,
      }),
    ];
  }
  if (typeof value !== "string") return [];
  if (value.includes("\0")) {
    return [
      diagnostic("SBX2308", span, `${name} holds a NUL character`, {
        help: "remove it: the kernel would end the text there",
      }),
    ];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return [
      diagnostic("SBX2002", span, `${name} cannot be "${value}"`, {
        label: didYouMean(value, schema.enum),
        help: `write one of ${schema.enum.join(", ")}`,
      }),
    ];
  }
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (value.length < minLength || value.length > maxLength) {
    return [
      diagnostic("SBX2305", span, `${name} has ${value.length} characters`, {
        help: `use ${minLength} to ${maxLength}`,
      }),
    ];
  }
  if (pattern !== undefined && !regexOf(pattern).test(value)) {
    const code = name === '"umask"' ? "SBX2304" : "SBX2008";
    const help =
      code === "SBX2304"
        ? "write three octal digits such as 022"
        : "use letters, digits, `_` and `-`, beginning with a letter or digit";
    return [diagnostic(code, span, `${name} cannot be "${value}"`, { help })];
  }
  return [];
}

const regexes = new Map<string, RegExp>();

function regexOf(pattern: string): RegExp {
  const known = regexes.get(pattern) ?? new RegExp(pattern);
  regexes.set(pattern, known);
  return known;
}
