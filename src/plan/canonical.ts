/** The canonical form of a plan: the same bytes on every machine, and their hash. Pure. */

import type { Plan } from "./plan.ts";

/**
 * Compact JSON with keys in the order of the records, without places in files. What the hash is
 * over is what `sandbox plan --json` prints.
 */
export function canonicalPlan(plan: Plan): string {
  return canonicalValue(plan);
}

/** The same for a part of a plan. */
export function canonicalValue(value: unknown): string {
  return JSON.stringify(value, (key, each) => (key === "span" ? undefined : ordered(each)));
}

/** `sha256:` and the hex digest of the canonical form. */
export function planHash(plan: Plan): string {
  return `sha256:${new Bun.CryptoHasher("sha256").update(canonicalPlan(plan)).digest("hex")}`;
}

/** Records with their keys sorted, so that no order of construction shows. */
function ordered(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
