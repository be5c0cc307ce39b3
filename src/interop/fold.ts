/** Several copies as one, where they differ only by numbers that follow the copy's own. Pure. */

import { type Linear, Pattern, SpecMap, type SpecValue } from "./spec-tree.ts";

export type CopyNumber = "replica" | "nest";

/**
 * What stands for all of `copies`, the first of which has number 1; undefined where nothing does.
 * `worker 5`, `worker 6` is `worker ${replica + 4}`.
 */
export function folded(copies: readonly SpecValue[], by: CopyNumber): SpecValue | undefined {
  const [first] = copies;
  if (first === undefined) return undefined;
  if (copies.every((copy) => copy === first)) return first;
  if (first instanceof SpecMap) return foldedMap(copies, by);
  if (Array.isArray(first)) return foldedList(copies, by);
  return foldedScalar(copies, by);
}

function foldedMap(copies: readonly SpecValue[], by: CopyNumber): SpecMap | undefined {
  const maps = copies.filter((copy) => copy instanceof SpecMap);
  const [first] = maps;
  if (first === undefined || maps.length < copies.length) return undefined;
  const keys = [...first.fields.keys()];
  const made = new SpecMap();
  for (const map of maps) {
    if ([...map.fields.keys()].join("\n") !== keys.join("\n")) return undefined;
  }
  for (const key of keys) {
    const value = folded(
      maps.map((map) => map.fields.get(key) ?? null),
      by,
    );
    if (value === undefined) return undefined;
    const remarks = maps.flatMap((map) => map.remarks.get(key) ?? []);
    made.put(key, value, [...new Set(remarks)]);
  }
  return made;
}

function foldedList(copies: readonly SpecValue[], by: CopyNumber): SpecValue[] | undefined {
  const lists = copies.filter((copy): copy is readonly SpecValue[] => Array.isArray(copy));
  const length = lists[0]?.length ?? 0;
  if (lists.length < copies.length || lists.some((list) => list.length !== length))
    return undefined;
  const made: SpecValue[] = [];
  for (let index = 0; index < length; index++) {
    const value = folded(
      lists.map((list) => list[index] ?? null),
      by,
    );
    if (value === undefined) return undefined;
    made.push(value);
  }
  return made;
}

function foldedScalar(copies: readonly SpecValue[], by: CopyNumber): SpecValue | undefined {
  const patterns = copies.map(patternOf);
  const [first] = patterns;
  if (first == null) return undefined;
  const { isNumber } = first;
  const parts: (string | Linear)[] = [];
  for (let index = 0; index < first.parts.length; index++) {
    const part = foldedPart(
      patterns.map((each) =>
        each?.isNumber === isNumber && each.parts.length === first.parts.length
          ? (each.parts[index] ?? null)
          : null,
      ),
      by,
    );
    if (part === null) return undefined;
    // `$` before an expression would make it text.
    const before = parts.at(-1);
    const isVaried = typeof part !== "string" && (part.replica !== 0 || part.nest !== 0);
    if (isVaried && typeof before === "string" && before.endsWith("$")) return undefined;
    parts.push(part);
  }
  return new Pattern(parts, isNumber);
}

function foldedPart(
  parts: readonly (string | Linear | null)[],
  by: CopyNumber,
): string | Linear | null {
  const [first] = parts;
  if (first == null) return null;
  if (typeof first === "string") return parts.every((part) => part === first) ? first : null;
  const numbers = parts.filter((part) => part !== null && typeof part !== "string");
  if (numbers.length < parts.length) return null;
  const step = (numbers[1]?.base ?? first.base) - first.base;
  const isLine = numbers.every(
    ({ base, replica, nest }, index) =>
      base === first.base + step * index && replica === first.replica && nest === first.nest,
  );
  // Copies within copies of the same kind see their own number only.
  if (!isLine || (step !== 0 && first[by] !== 0)) return null;
  return step === 0 ? first : { ...first, base: first.base - step, [by]: step };
}

/** Text is split at its numbers; those that begin with 0 are text, as a result would not. */
function patternOf(value: SpecValue): Pattern | null {
  if (value instanceof Pattern) return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    return new Pattern([constant(value)], true);
  }
  if (typeof value !== "string") return null;
  const parts = value.split(/((?<!\d)(?:0|[1-9]\d{0,14})(?!\d))/);
  return new Pattern(
    parts.flatMap((part, index): (string | Linear)[] =>
      index % 2 === 1 ? [constant(Number(part))] : part === "" ? [] : [part],
    ),
    false,
  );
}

function constant(base: number): Linear {
  return { base, replica: 0, nest: 0 };
}
