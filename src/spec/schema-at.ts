/** The part of the schema that a place in a spec is held to. Pure. */

import { definitions } from "./schema.ts";

/** The part of JSON Schema that the spec's schema uses to describe. */
export interface SchemaPart {
  readonly type?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaPart[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>;
  readonly items?: SchemaPart;
}

const named = definitions as unknown as Readonly<Record<string, SchemaPart>>;

export function resolvedPart(part: SchemaPart): SchemaPart {
  return part.$ref === undefined ? part : (named[part.$ref] ?? {});
}

/** A union's alternatives, or the part itself. */
export function branchesOf(part: SchemaPart): SchemaPart[] {
  const whole = resolvedPart(part);
  return (whole.anyOf ?? [whole]).map(resolvedPart);
}

/** Keys from the root down, a list's items by their number; null where the schema ends. */
export function schemaAt(path: readonly (string | number)[]): SchemaPart | null {
  let part: SchemaPart | null = named["Spec"] ?? null;
  for (const key of path) {
    if (part === null) return null;
    part = typeof key === "number" ? itemOf(part) : childOf(part, key);
  }
  return part;
}

function itemOf(part: SchemaPart): SchemaPart | null {
  return branchesOf(part).find(({ type }) => type === "array")?.items ?? null;
}

function childOf(part: SchemaPart, key: string): SchemaPart | null {
  if (key.startsWith("x-")) return null;
  const map = branchesOf(part).find(({ type }) => type === "object");
  if (map === undefined) return null;
  if (Object.hasOwn(map.properties ?? {}, key)) return map.properties?.[key] ?? null;
  const others = Object.entries(map.patternProperties ?? {}).find(([each]) => each !== "^x-");
  return others?.[1] ?? null;
}
