/** Turns equal siblings into `replicas`, and equal nested sandboxes into `nest`. Pure. */

import { generalise } from "./generalise.ts";
import { Pattern, SpecMap, type SpecValue } from "./spec-tree.ts";

/** `sleep`, `sleep-2`, `sleep-3`: the names of processes that share one. */
export function copyName(base: string, number: number): string {
  return number === 1 ? base : `${base}-${number}`;
}

/**
 * The sandbox with `replicas` and `nest` where they give the same copies, none of which is its `init`.
 * Paths of copies change, so the caller has to compare the plans.
 */
export function withCopies(sandbox: SpecMap): SpecMap {
  const made = new SpecMap();
  for (const [key, value] of sandbox.fields) {
    const isRow = (key === "processes" || key === "sandboxes") && value instanceof SpecMap;
    made.put(key, isRow ? withReplicas(sandbox, key, value) : value, sandbox.remarks.get(key));
  }
  return made;
}

function withReplicas(sandbox: SpecMap, key: string, row: SpecMap): SpecMap {
  const made = new SpecMap();
  const entries = [...row.fields].map(([name, value]) => ({
    name,
    value:
      key === "sandboxes" && value instanceof SpecMap ? nested(name, withCopies(value)) : value,
    remarks: row.remarks.get(name) ?? [],
  }));
  for (let first = 0; first < entries.length; ) {
    const { name = "", value = null, remarks = [] } = entries[first] ?? {};
    let count = 1;
    while (entries[first + count]?.name === copyName(name, count + 1)) count++;
    const copies = entries.slice(first, first + count);
    const one = generalise(
      copies.map((copy) => copy.value),
      "replica",
    );
    const isNamed = sandbox.fields.get("init") === name;
    const isReplicated =
      count > 1 &&
      !isNamed &&
      one instanceof SpecMap &&
      !one.fields.has("replicas") &&
      isSimple(one);
    if (isReplicated) {
      const shared = [...new Set(copies.flatMap((copy) => copy.remarks))];
      made.put(name, copyOf(one).put("replicas", count), shared);
    } else made.put(name, value, remarks);
    first += isReplicated ? count : 1;
  }
  return made;
}

/** Writes a sandbox whose only sandbox equals it and has its name as `nest`. */
function nested(name: string, sandbox: SpecMap): SpecMap {
  const inside = sandbox.fields.get("sandboxes");
  if (!(inside instanceof SpecMap) || inside.fields.size !== 1) return sandbox;
  const inner = inside.fields.get(name);
  if (!(inner instanceof SpecMap) || inner.fields.has("replicas")) return sandbox;
  const depth = inner.fields.get("nest") ?? 1;
  const one = generalise(
    [without(sandbox, ["sandboxes"]), without(inner, ["sandboxes", "nest"])],
    "nest",
  );
  // Only sandboxes without a growing number: one that grows would have to grow at each depth.
  const isAlike =
    one instanceof SpecMap &&
    JSON.stringify(plain(one)) === JSON.stringify(plain(without(inner, ["sandboxes", "nest"])));
  if (!isAlike || typeof depth !== "number") return sandbox;
  return copyOf(one)
    .put("nest", depth + 1)
    .put("sandboxes", inner.fields.get("sandboxes"));
}

/** Whether numbers go up by one from copy to copy; any other pattern is likely chance. */
function isSimple(value: SpecValue): boolean {
  if (value instanceof SpecMap) return [...value.fields.values()].every(isSimple);
  if (value instanceof Pattern) {
    return value.parts.every((part) => typeof part === "string" || (part.replica | 1) === 1);
  }
  return !Array.isArray(value) || value.every(isSimple);
}

function copyOf(map: SpecMap): SpecMap {
  return without(map, []);
}

function without(map: SpecMap, keys: readonly string[]): SpecMap {
  const made = new SpecMap();
  for (const [key, value] of map.fields) {
    if (!keys.includes(key)) made.put(key, value, map.remarks.get(key));
  }
  return made;
}

function plain(value: unknown): unknown {
  if (value instanceof SpecMap) return [...value.fields].map(([key, child]) => [key, plain(child)]);
  return value;
}
