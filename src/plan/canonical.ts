/** The canonical form of a plan: the same bytes on every machine, and their hash. Pure. */

import type { Plan } from "./plan.ts";

/**
 * Compact JSON with sorted keys, without places in files. What the hash is over is what
 * `sandbox plan --json` prints.
 */
export function canonicalPlan(plan: Plan): string {
  return canonicalValue(plan);
}

/** The same for a part of a plan. */
export function canonicalValue(value: unknown): string {
  return new Writer().write(value);
}

/** `sha256:` and the hex digest of the canonical form. */
export function planHash(plan: Plan): string {
  return `sha256:${new Bun.CryptoHasher("sha256").update(canonicalPlan(plan)).digest("hex")}`;
}

type Fields = Readonly<Record<string, unknown>>;
/** Of one shape of record, sorted, each with its JSON text. */
type Keys = readonly (readonly [key: string, name: string])[];

/** Writes what JSON.stringify would, but sorts the keys of each shape of record only once. */
class Writer {
  readonly #sorted = new Map<string, Keys>();
  /** By shape, what was written last: copies of a process follow one another. */
  readonly #last = new Map<Keys, { record: Fields; text: string }>();

  write(value: unknown): string {
    if (typeof value === "number") return Number.isFinite(value) ? String(value + 0) : "null";
    if (typeof value !== "object") return JSON.stringify(value) ?? "null";
    if (value === null) return "null";
    return Array.isArray(value) ? this.#list(value) : this.#record(value);
  }

  #list(list: readonly unknown[]): string {
    let text = "[";
    for (const item of list) text += text.length > 1 ? `,${this.write(item)}` : this.write(item);
    return `${text}]`;
  }

  #record(record: object): string {
    const fields = record as Fields;
    const keys = this.#keys(record);
    const last = this.#last.get(keys);
    if (last !== undefined && keys.every(([key]) => last.record[key] === fields[key])) {
      return last.text;
    }
    let text = "{";
    for (const [key, name] of keys) {
      const value = fields[key];
      if (value === undefined) continue;
      text += `${text.length > 1 ? "," : ""}${name}:${this.write(value)}`;
    }
    text += "}";
    this.#last.set(keys, { record: fields, text });
    return text;
  }

  #keys(record: object): Keys {
    const keys = Object.keys(record);
    const shape = keys.join("\0");
    const known = this.#sorted.get(shape);
    if (known !== undefined) return known;
    const sorted = keys
      .filter((key) => key !== "span")
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((key) => [key, JSON.stringify(key)] as const);
    this.#sorted.set(shape, sorted);
    return sorted;
  }
}
