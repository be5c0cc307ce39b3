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
import { isOpen, type MapNode, type Node, type ScalarNode } from "./node.ts";
import { didYouMean } from "./suggest.ts";

const NAMES: Readonly<Partial<Record<PartName, string>>> = {
  Spec: "the spec",
  Library: "the included file",
};

/** Every place where `root` is not as the named part of the schema says. */
export function checkShape(root: Node, part: PartName = "Spec"): Diagnostic[] {
  const found: Diagnostic[] = [];
  const pending: Pending = [
    {
      node: root,
      schema: definitions[part] ?? {},
      name: NAMES[part] ?? "this",
      isField: false,
      isOpen: false,
    },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // What a template's `${…}` becomes is known, and checked, where it is used.
    next.isOpen ||= next.schema.$ref === "Template";
    if (isOpen(next.node) || (next.isOpen && isExpression(next.node))) continue;
    const schema = branchFor(next.node, resolved(next.schema));
    if (schema === null) found.push(wrongType(next.node, resolved(next.schema), nameOf(next)));
    else look(next, schema, pending, found);
  }
  return found;
}

function isExpression(node: Node): boolean {
  return node.kind === "scalar" && typeof node.value === "string" && hasExpression(node.value);
}

/** Null: no branch takes a value of this type. */
function branchFor(node: Node, schema: Schema): Schema | null {
  if (schema.anyOf === undefined) return takes(schema, node) ? schema : null;
  for (const branch of schema.anyOf) {
    const whole = resolved(branch);
    if (takes(whole, node)) return whole;
  }
  return null;
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

/** `name` is a field's key, or for anything else how findings call it. */
type Visit = { node: Node; schema: Schema; name: string; isField: boolean; isOpen: boolean };
type Pending = Visit[];

function nameOf({ name, isField }: Visit): string {
  return isField ? `"${name}"` : name;
}

function look(visit: Visit, schema: Schema, pending: Pending, found: Diagnostic[]): void {
  const { node, isOpen } = visit;
  if (node.kind === "map") lookAtMap(node, visit, schema, pending, found);
  else if (node.kind === "scalar") found.push(...scalarFindings(node, schema, visit));
  else {
    const items = schema.items ?? {};
    const name = `an item of ${nameOf(visit)}`;
    for (const item of node.items) {
      pending.push({ node: item, schema: items, name, isField: false, isOpen });
    }
  }
}

function lookAtMap(
  node: MapNode,
  visit: Visit,
  schema: Schema,
  pending: Pending,
  found: Diagnostic[],
): void {
  const { entries } = node;
  const { isOpen } = visit;
  const others = othersOf(schema);
  for (const { key, keySpan, value } of entries) {
    if (key.startsWith("x-")) continue;
    const child = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : others;
    if (child !== undefined) {
      pending.push({ node: value, schema: child, name: key, isField: true, isOpen });
      continue;
    }
    const known = Object.keys(schema.properties ?? {});
    found.push(
      diagnostic("SBX2001", keySpan, `unknown field "${key}" in ${nameOf(visit)}`, {
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
        `field "${field}" is missing in ${nameOf(visit)}`,
        {
          help: `add \`${field}: …\``,
        },
      ),
    );
  }
}

/** What the fields of a record are held to; undefined where only the named ones may be. */
function othersOf({ patternProperties }: Schema): Schema | undefined {
  for (const key in patternProperties) if (key !== "^x-") return patternProperties[key];
  return undefined;
}

const NONE: readonly Diagnostic[] = [];

function scalarFindings(node: ScalarNode, schema: Schema, visit: Visit): readonly Diagnostic[] {
  const { value, span } = node;
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value >= minimum && value <= maximum) return NONE;
    const name = nameOf(visit);
    const bounds = maximum === Infinity ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
    return [
      diagnostic("SBX2305", span, `${name} is ${node.source}, but it must be ${bounds}`, {
        help: `write a number ${bounds}`,
      }),
    ];
  }
  if (typeof value !== "string" || isFine(value, schema)) return NONE;
  const name = nameOf(visit);
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

/** Whether there is nothing to say of a text; most are. */
function isFine(value: string, schema: Schema): boolean {
  const { minLength = 0, maxLength = Infinity, pattern, enum: values } = schema;
  return (
    !value.includes("\0") &&
    value.length >= minLength &&
    value.length <= maxLength &&
    (values === undefined || values.includes(value)) &&
    (pattern === undefined || regexOf(pattern).test(value))
  );
}

const regexes = new Map<string, RegExp>();

function regexOf(pattern: string): RegExp {
  const known = regexes.get(pattern) ?? new RegExp(pattern);
  regexes.set(pattern, known);
  return known;
}
