/** What is known of specs that have not changed: that they are right, and their plans. I/O. */

import * as fs from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import pkg from "../../package.json" with { type: "json" };
import type { Surroundings } from "../spec/expand.ts";
import type { Given } from "../spec/params.ts";
import { WIRE_VERSION } from "../wire/layout.ts";

/** Files kept; of more, the older half is removed. */
const FILE_COUNT_MAX = 2_048;

export interface CacheEntry {
  /** `.right` lists the digests of included files; beside it may be the plan image, `.plan`. */
  readonly path: string;
}

/** One for each build of this program, file, text, and set of values given. */
export function entryFor(file: string, bytes: Uint8Array, around: Surroundings): CacheEntry {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const key = sha256(pkg.version, String(WIRE_VERSION), built(), file, bytes, valuesText(around));
  return { path: join(base, "sandbox", "specs", key) };
}

/** A version is built many times before it is another one, and each time may know more mistakes. */
function built(): string {
  const { mtimeMs, size } = fs.statSync(process.execPath);
  return `${mtimeMs} ${size}`;
}

function valuesText({ given, environment }: Surroundings): string {
  const ordered = (all: Given) => Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([ordered(given), ordered(environment)]);
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part).update("\0");
  return hasher.digest("hex");
}

/** Whether the spec was found to have nothing wrong with it, warnings included. */
export function isRight({ path }: CacheEntry, { load }: Surroundings): boolean {
  try {
    const included: [string, string][] = JSON.parse(fs.readFileSync(`${path}.right`, "utf8"));
    return included.every(([file, digest]) => sha256(load(file) ?? "") === digest);
  } catch {
    return false;
  }
}

/** Null where there is none. */
export function keptPlan(entry: CacheEntry, around: Surroundings): Uint8Array | null {
  if (!isRight(entry, around)) return null;
  try {
    return fs.readFileSync(`${entry.path}.plan`);
  } catch {
    return null;
  }
}

/** `sources` has the spec first, then what it includes. A cache that cannot be written is none. */
export function keepRight(
  { path }: CacheEntry,
  sources: ReadonlyMap<string, string>,
  image: Uint8Array | null = null,
): void {
  const included = [...sources].slice(1).map(([file, text]) => [file, sha256(text)]);
  try {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (image !== null) keep(`${path}.plan`, image);
    keep(`${path}.right`, JSON.stringify(included));
    prune(dirname(path));
  } catch {
    // It is made again the next time.
  }
}

/** Written beside and renamed, so that no reader sees a part. */
function keep(path: string, data: Uint8Array | string): void {
  const partial = `${path}.${process.pid}`;
  try {
    fs.writeFileSync(partial, data, { mode: 0o600 });
    fs.renameSync(partial, path);
  } finally {
    fs.rmSync(partial, { force: true });
  }
}

function prune(directory: string): void {
  const names = fs.readdirSync(directory);
  if (names.length <= FILE_COUNT_MAX) return;
  const files = names.map((name) => join(directory, name));
  const ages = new Map(files.map((file) => [file, fs.statSync(file).mtimeMs] as const));
  const oldest = files.toSorted((a, b) => (ages.get(a) ?? 0) - (ages.get(b) ?? 0));
  for (const file of oldest.slice(0, files.length / 2)) fs.rmSync(file, { force: true });
}
