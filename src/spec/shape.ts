/**
 * Structure: holds positioned nodes to the schema. Pure.
 *
 * Walks the schema itself instead of a compiled validator: so each finding is at its own node, a
 * union is judged by the one branch that the value is meant for, and no finding is another's echo.
 */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { type Corrections, noCorrections } from "./correction.ts";
import { definitions, type PartName, resolved, type SchemaPart as Schema } from "./definitions.ts";
import { hasExpression } from "./expression.ts";
import { type Entry, isOpen, type MapNode, type Node, textOf } from "./node.ts";
import { isPlannedField, isPlannedValue, notBuiltYet } from "./planned.ts";
import { isRightScalar, scalarFindings } from "./shape-scalar.ts";
import { branchFor, mapsInList, wrongType } from "./shape-type.ts";

const NAMES: Readonly<Partial<Record<PartName, string>>> = {
  Spec: "the spec",
  Library: "the included file",
};

/** Every place where `root` is not as the named part of the schema says; `corrections` gets what was meant. */
export function checkShape(
  root: Node,
  part: PartName = "Spec",
  corrections: Corrections = noCorrections(),
): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const pending: Pending = [
    {
      node: root,
      schema: definitions[part] ?? {},
      name: NAMES[part] ?? "this",
      field: "",
      within: "",
      isOpen: false,
    },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // What a template's `${…}` becomes is known, and checked, where it is used.
    next.isOpen ||= next.schema.$ref === "Template";
    if (isOpen(next.node) || (next.isOpen && isExpression(next.node))) continue;
    const schema = branchFor(next.node, resolved(next.schema));
    if (schema === null) {
      corrections.poisoned.add(next.node);
      const whole = resolved(next.schema);
      diagnostics.push(wrongValue(next, wrongType(next.node, whole, nameOf(next), next)));
    } else visitNode(next, schema, pending, diagnostics, corrections);
  }
  return diagnostics;
}

/** Whether nothing is to be said of a value; most are such scalars, and need no visit. */
function isPlainlyRight(node: Node, schema: Schema, isOpenHere: boolean): boolean {
  if (node.kind !== "scalar" || schema.$ref === "Template") return false;
  if (isOpen(node) || (isOpenHere && isExpression(node))) return true;
  const branch = branchFor(node, resolved(schema));
  return branch !== null && isRightScalar(node, branch);
}

function isExpression(node: Node): boolean {
  return node.kind === "scalar" && typeof node.value === "string" && hasExpression(node.value);
}

/**
 * `name` is a field's key, or for anything else how findings call it; `field` is the field that this key
 * was meant to be, and `within` that of the map around, empty for none.
 */
type Visit = {
  node: Node;
  schema: Schema;
  name: string;
  field: string;
  within: string;
  isOpen: boolean;
};
type Pending = Visit[];

const NO_FIELDS: readonly string[] = [];

function nameOf({ name, field }: Visit): string {
  return field === "" ? name : `"${name}"`;
}

function visitNode(
  visit: Visit,
  schema: Schema,
  pending: Pending,
  diagnostics: Diagnostic[],
  corrections: Corrections,
): void {
  const { node, isOpen } = visit;
  if (node.kind === "map") visitMap(node, visit, schema, pending, diagnostics, corrections);
  else if (node.kind === "scalar") {
    const wrong = scalarFindings(node, schema, nameOf(visit));
    if (wrong.length === 0) return;
    corrections.poisoned.add(node);
    diagnostics.push(...wrong.map((each) => wrongValue(visit, each)));
  } else {
    const maps = mapsInList(node, resolved(visit.schema), nameOf(visit), visit);
    if (maps !== null) {
      corrections.poisoned.add(node);
      diagnostics.push(maps);
      return;
    }
    const items = schema.items ?? {};
    const name = `an item of ${nameOf(visit)}`;
    for (const item of node.items) {
      if (isPlainlyRight(item, items, isOpen)) continue;
      pending.push({ node: item, schema: items, name, field: "", within: "", isOpen });
    }
  }
}

/** `wrong`, unless the value is one that the field is to take some day. */
function wrongValue({ node, schema, name, field }: Visit, wrong: Diagnostic): Diagnostic {
  const isPlanned = field !== "" && isPlannedValue(node, resolved(schema), field);
  if (!isPlanned) return wrong;
  const value = textOf(node);
  if (value === null) return notBuiltYet(node.span, `this way to write "${name}"`);
  const isNumber = node.kind === "scalar" && typeof node.value === "number";
  return notBuiltYet(node.span, isNumber ? `a "${name}" of ${value}` : `"${value}"`);
}

function visitMap(
  node: MapNode,
  visit: Visit,
  schema: Schema,
  pending: Pending,
  diagnostics: Diagnostic[],
  corrections: Corrections,
): void {
  const { isOpen } = visit;
  const others = othersOf(schema);
  const unknownEntries: Entry[] = [];
  for (const entry of node.entries) {
    const { key, value } = entry;
    if (key.startsWith("x-")) continue;
    const child = fieldOf(schema, key) ?? others;
    if (child === undefined) unknownEntries.push(entry);
    else if (!isPlainlyRight(value, child, isOpen))
      pending.push({
        node: value,
        schema: child,
        name: key,
        field: key,
        within: visit.field,
        isOpen,
      });
  }
  const { required = NO_FIELDS } = schema;
  if (required.length + unknownEntries.length === 0) return;
  const keys = new Set(node.entries.map(({ key }) => key));
  for (const entry of unknownEntries) {
    if (isPlannedField(entry.key, schema, visit.field)) {
      diagnostics.push(notBuiltYet(entry.keySpan, `field "${entry.key}"`));
      continue;
    }
    const { finding, meant, isSame } = unknownFields().unknownField(
      entry,
      schema,
      visit.field,
      nameOf(visit),
      diagnostics.length,
    );
    diagnostics.push(finding);
    if (meant === null || keys.has(meant)) continue;
    keys.add(meant);
    corrections.keys.set(entry, meant);
    const child = fieldOf(schema, meant) ?? {};
    // What only looks like the value of that field would have findings of its own.
    if (!isSame) corrections.poisoned.add(entry.value);
    else
      pending.push({
        node: entry.value,
        schema: child,
        name: entry.key,
        field: meant,
        within: visit.field,
        isOpen,
      });
  }
  for (const field of required) {
    if (keys.has(field)) continue;
    const start = { ...node.span, end: node.span.start + 1 };
    const firstKey = node.entries[0]?.keySpan ?? start;
    diagnostics.push(
      diagnostic("SBX2003", firstKey, `field "${field}" is missing in ${nameOf(visit)}`, {
        help: `add \`${field}: …\``,
      }),
    );
  }
}

/** Loaded where it is needed, as is all that it compares with. */
function unknownFields(): typeof import("./unknown-field.ts") {
  return require("./unknown-field.ts");
}

function fieldOf({ properties }: Schema, key: string): Schema | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** What the fields of a record are held to; undefined where only the named ones may be. */
function othersOf({ patternProperties }: Schema): Schema | undefined {
  for (const key in patternProperties) if (key !== "^x-") return patternProperties[key];
  return undefined;
}
