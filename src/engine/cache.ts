/** What is known of specs that have not changed: that they are right, and their plans. I/O. */

import * as fs from "node:fs";
import { dirname, join } from "node:path";
import pkg from "../../package.json" with { type: "json" };
import { cacheHome } from "../host/base-dirs.ts";
import { isOwnFolder, makeOwnFolder, readOwnFile, writeOwnFile } from "../host/own-path.ts";
import { SPEC_SIZE_MAX } from "../spec/bounds.ts";
import type { CompileInputs } from "../spec/expand.ts";
import type { Given } from "../spec/params.ts";
import { IMAGE_SIZE_MAX } from "../wire/image-file.ts";

const NEWLINE = 0x0a;

/** Files kept; of more, the older half is removed. */
const FILE_COUNT_MAX = 2_048;

/** The largest kept file, in bytes: a plan image with its head. Source: IMAGE_SIZE_MAX. */
const KEPT_SIZE_MAX = IMAGE_SIZE_MAX + 4_096;

export interface CacheEntry {
  /** `.right` lists the digests of included files; beside it may be the plan image, `.plan`. */
  readonly path: string;
  /** The folder that all of it is below; not made where its own parent is missing. */
  readonly home: string;
  /** What the entry is of: it also stands in each file, so that no other entry's is taken for it. */
  readonly key: string;
}

/**
 * One for each build of this program, file, text, and set of values given; null: nothing is kept. A
 * plan of another layout is refused when it is decoded.
 */
export function entryFor(
  file: string,
  bytes: Uint8Array,
  around: CompileInputs,
): CacheEntry | null {
  const home = cacheHome();
  if (home === null) return null;
  const key = sha256(pkg.version, built(), file, bytes, valuesText(around));
  return { path: join(home, "sandbox", "specs", key), home, key };
}

/** A version is built many times before it is another one, and each time may know more mistakes. */
function built(): string {
  const { mtimeMs, size } = fs.statSync(process.execPath);
  return `${mtimeMs} ${size}`;
}

function valuesText({ given, environment }: CompileInputs): string {
  const ordered = (all: Given) => Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([ordered(given), ordered(environment)]);
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part).update("\0");
  return hasher.digest("hex");
}

/** Whether the spec was found to have nothing wrong with it, warnings included. */
export function isRight(entry: CacheEntry | null, { load }: CompileInputs): boolean {
  if (entry === null || !isOwnFolder(dirname(entry.path))) return false;
  const list = kept(entry, "right");
  if (list === null) return false;
  try {
    const included: [string, string][] = JSON.parse(new TextDecoder().decode(list));
    return included.every(([file, digest]) => {
      const text = load(file, SPEC_SIZE_MAX);
      return typeof text === "string" && sha256(text) === digest;
    });
  } catch {
    return false;
  }
}

/** Null where there is none. */
export function keptPlan(entry: CacheEntry | null, around: CompileInputs): Uint8Array | null {
  return entry !== null && isRight(entry, around) ? kept(entry, "plan") : null;
}

/** `sources` has the spec first, then what it includes. A cache that cannot be written is none. */
export function keepRight(
  entry: CacheEntry | null,
  sources: ReadonlyMap<string, string>,
  image: Uint8Array | null = null,
): void {
  if (entry === null) return;
  const included = [...sources].slice(1).map(([file, text]) => [file, sha256(text)]);
  try {
    const directory = dirname(entry.path);
    if (!makeOwnFolder(directory, entry.home)) return;
    if (image !== null) keep(entry, "plan", image);
    keep(entry, "right", new TextEncoder().encode(JSON.stringify(included)));
    prune(directory);
  } catch {
    // It is made again the next time.
  }
}

type Kind = "right" | "plan";

/** The first line of a kept file: of which entry it is, and the digest of what follows. */
function headOf({ key }: CacheEntry, kind: Kind, data: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`sandbox ${kind} ${key} ${sha256(data)}\n`);
}

function keep(entry: CacheEntry, kind: Kind, data: Uint8Array): void {
  writeOwnFile(`${entry.path}.${kind}`, Buffer.concat([headOf(entry, kind, data), data]));
}

function kept(entry: CacheEntry, kind: Kind): Uint8Array | null {
  const bytes = readOwnFile(`${entry.path}.${kind}`, KEPT_SIZE_MAX);
  if (bytes === null) return null;
  // The image is read word by word, so it begins at a boundary of its own.
  const data = bytes.slice(bytes.indexOf(NEWLINE) + 1);
  const head = headOf(entry, kind, data);
  return Buffer.compare(bytes.subarray(0, head.length), head) === 0 ? data : null;
}

function prune(directory: string): void {
  const names = fs.readdirSync(directory);
  if (names.length <= FILE_COUNT_MAX) return;
  const files = names.map((name) => join(directory, name));
  const ages = new Map(files.map((file) => [file, fs.statSync(file).mtimeMs] as const));
  const oldest = files.toSorted((a, b) => (ages.get(a) ?? 0) - (ages.get(b) ?? 0));
  for (const file of oldest.slice(0, files.length / 2)) fs.rmSync(file, { force: true });
}
