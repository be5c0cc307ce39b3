/**
 * Known faults of the tree, which may only become fewer. `TIDY_UPDATE=1 bun test/tidy.test.ts`
 * lowers the numbers of `ratchets.json` to what is there; it never raises one.
 */

import * as fs from "node:fs";

export type Counts = Readonly<Record<string, number>>;

const FILE = "test/tidy/ratchets.json";

type File = Record<string, Record<string, number>>;

/** Keys whose count is above the known one, as `key: count, known`. With TIDY_UPDATE lowers the known. */
export function overRatchet(rule: string, counts: Counts): string[] {
  const file = JSON.parse(fs.readFileSync(FILE, "utf8")) as File;
  const known = file[rule] ?? {};
  if (process.env["TIDY_UPDATE"]) {
    file[rule] = lowered(known, counts);
    fs.writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
  }
  return above(known, counts);
}

export function above(known: Counts, counts: Counts): string[] {
  return Object.entries(counts).flatMap(([key, count]) =>
    count > (known[key] ?? 0) ? [`${key}: ${count}, known are ${known[key] ?? 0}`] : [],
  );
}

/** Without the keys that have become 0; no number is greater than before. */
export function lowered(known: Counts, counts: Counts): Record<string, number> {
  return Object.fromEntries(
    Object.entries(known)
      .map(([key, count]): [string, number] => [key, Math.min(count, counts[key] ?? 0)])
      .filter(([, count]) => count > 0),
  );
}

export function countsOf(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys.toSorted()) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
