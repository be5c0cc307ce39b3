/** Rows of equal siblings as `replicas`, and equal sandboxes in one another as `nest`. Pure. */

import { folded } from "./fold.ts";
import { Pattern, SpecMap, type SpecValue } from "./spec-tree.ts";

/** `sleep`, `sleep-2`, `sleep-3`: how those are named that have one name. */
export function copyName(base: string, number: number): string {
  return number === 1 ? base : `${base}-${number}`;
}

/**
 * The sandbox with its copies folded where that is exact: none named by its `init` or `until`. What
 * speaks of copies by their paths no longer holds, so whoever folds has to look at the plan again.
 */
export function foldedSpec(box: SpecMap): SpecMap {
  const made = new SpecMap();
  for (const [key, value] of box.fields) {
    const isRow = (key === "processes" || key === "sandboxes") && value instanceof SpecMap;
    made.put(key, isRow ? foldedRow(box, key, value) : value, box.remarks.get(key));
  }
  return made;
}

function foldedRow(box: SpecMap, key: string, row: SpecMap): SpecMap {
  const made = new SpecMap();
  const entries = [...row.fields].map(([name, value]) => ({
    name,
    value:
      key === "sandboxes" && value instanceof SpecMap ? nested(name, foldedSpec(value)) : value,
    remarks: row.remarks.get(name) ?? [],
  }));
  for (let first = 0; first < entries.length; ) {
    const { name = "", value = null, remarks = [] } = entries[first] ?? {};
    let count = 1;
    while (entries[first + count]?.name === copyName(name, count + 1)) count++;
    const copies = entries.slice(first, first + count);
    const one = folded(
      copies.map((copy) => copy.value),
      "replica",
    );
    const isNamed = box.fields.get("init") === name;
    const canFold =
      count > 1 &&
      !isNamed &&
      one instanceof SpecMap &&
      !one.fields.has("replicas") &&
      isSimple(one);
    if (canFold) {
      const shared = [...new Set(copies.flatMap((copy) => copy.remarks))];
      made.put(name, copyOf(one).put("replicas", count), shared);
    } else made.put(name, value, remarks);
    first += canFold ? count : 1;
  }
  return made;
}

/** A sandbox whose only sandbox is like it, and has its name. */
function nested(name: string, box: SpecMap): SpecMap {
  const inside = box.fields.get("sandboxes");
  if (!(inside instanceof SpecMap) || inside.fields.size !== 1) return box;
  const inner = inside.fields.get(name);
  if (!(inner instanceof SpecMap) || inner.fields.has("replicas")) return box;
  const depth = inner.fields.get("nest") ?? 1;
  const one = folded([without(box, ["sandboxes"]), without(inner, ["sandboxes", "nest"])], "nest");
  // Only what is alike throughout: a number that grew would have to grow in all of them.
  const isAlike =
    one instanceof SpecMap &&
    JSON.stringify(plain(one)) === JSON.stringify(plain(without(inner, ["sandboxes", "nest"])));
  if (!isAlike || typeof depth !== "number") return box;
  return copyOf(one)
    .put("nest", depth + 1)
    .put("sandboxes", inner.fields.get("sandboxes"));
}

/** Numbers that go up by one from copy to copy; all else would be found, not meant. */
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
