/** The part of the schema that a place in a spec is held to. Pure. */

import { branchesOf, definitions, type SchemaPart } from "./definitions.ts";

/** Keys from the root down, a list's items by their number; null where the schema ends. */
export function schemaAt(path: readonly (string | number)[]): SchemaPart | null {
  let part: SchemaPart | null = definitions["Spec"] ?? null;
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
