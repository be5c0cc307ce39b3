/** Makes one value of several copies that differ by numbers which follow the copy's number. Pure. */

import { type Linear, Pattern, SpecMap, type SpecValue } from "./spec-tree.ts";

export type CopyNumber = "replica" | "nest";

/**
 * The value whose copies 1, 2 and so on are `copies`; undefined where there is none: `worker 5` and
 * `worker 6` give `worker ${replica + 4}`.
 */
export function generalise(copies: readonly SpecValue[], by: CopyNumber): SpecValue | undefined {
  const [first] = copies;
  if (first === undefined) return undefined;
  if (copies.every((copy) => copy === first)) return first;
  if (first instanceof SpecMap) return generaliseMap(copies, by);
  if (Array.isArray(first)) return generaliseList(copies, by);
  return generaliseScalar(copies, by);
}

function generaliseMap(copies: readonly SpecValue[], by: CopyNumber): SpecMap | undefined {
  const maps = copies.filter((copy) => copy instanceof SpecMap);
  const [first] = maps;
  if (first === undefined || maps.length < copies.length) return undefined;
  const keys = [...first.fields.keys()];
  const made = new SpecMap();
  for (const map of maps) {
    if ([...map.fields.keys()].join("\n") !== keys.join("\n")) return undefined;
  }
  for (const key of keys) {
    const value = generalise(
      maps.map((map) => map.fields.get(key) ?? null),
      by,
    );
    if (value === undefined) return undefined;
    const remarks = maps.flatMap((map) => map.remarks.get(key) ?? []);
    made.put(key, value, [...new Set(remarks)]);
  }
  return made;
}

function generaliseList(copies: readonly SpecValue[], by: CopyNumber): SpecValue[] | undefined {
  const lists = copies.filter((copy): copy is readonly SpecValue[] => Array.isArray(copy));
  const length = lists[0]?.length ?? 0;
  if (lists.length < copies.length || lists.some((list) => list.length !== length))
    return undefined;
  const made: SpecValue[] = [];
  for (let index = 0; index < length; index++) {
    const value = generalise(
      lists.map((list) => list[index] ?? null),
      by,
    );
    if (value === undefined) return undefined;
    made.push(value);
  }
  return made;
}

function generaliseScalar(copies: readonly SpecValue[], by: CopyNumber): SpecValue | undefined {
  const patterns = copies.map(patternOf);
  const [first] = patterns;
  if (first == null) return undefined;
  const { isNumber } = first;
  const parts: (string | Linear)[] = [];
  for (let index = 0; index < first.parts.length; index++) {
    const part = generalisePart(
      patterns.map((each) =>
        each?.isNumber === isNumber && each.parts.length === first.parts.length
          ? (each.parts[index] ?? null)
          : null,
      ),
      by,
    );
    if (part === null) return undefined;
    // A `$` right before an expression would turn it into text.
    const before = parts.at(-1);
    const isVaried = typeof part !== "string" && (part.replica !== 0 || part.nest !== 0);
    if (isVaried && typeof before === "string" && before.endsWith("$")) return undefined;
    parts.push(part);
  }
  return new Pattern(parts, isNumber);
}

function generalisePart(
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
  // A copy inside a copy of the same kind sees only its own number.
  if (!isLine || (step !== 0 && first[by] !== 0)) return null;
  return step === 0 ? first : { ...first, base: first.base - step, [by]: step };
}

/** Splits text at its numbers. One that begins with 0 stays text: a computed number would not. */
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
