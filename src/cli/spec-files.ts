/** Which specs are meant where none is named, or a folder is. I/O. */

import * as fs from "node:fs";
import { dirname, join, relative } from "node:path";
import { escapeText } from "../base/escape.ts";
import { HAS_DIRECTORY } from "../host/launch.ts";
import { isOwnFolder } from "../host/own-path.ts";
import type { SpecReading } from "../host/spec-folders.ts";
import { isFolder } from "./input.ts";

/** What `up` and `plan` take, the first that is there. */
const SINGLE = ["sandbox.yaml", "sandbox.yml"] as const;
/** The folder of a project's specs. */
const MANY = "sandboxes";

const SPEC = /\.ya?ml$/;
/** Folders that hold no work of the project itself. */
const SKIPPED = /^(?:\..*|node_modules)$/;

/** Folders in folders; links are not followed, so only a deep tree has more. */
const DEPTH_MAX = 32;

export interface SpecFiles {
  /** Each once, in the order of the names, those of a folder sorted. */
  readonly files: readonly string[];
  /** Those of a folder that a user names, which may hold other files too. */
  readonly unnamed: ReadonlySet<string>;
  /** Folders that could not be read. */
  readonly unreadable: readonly Unreadable[];
}

interface Unreadable {
  readonly file: string;
  readonly reading: Fault;
}

type Fault = SpecReading & { readonly ok: false };

/** Those at the files and folders that a user names; without names, the specs of the project. */
export function specFiles(names: readonly string[]): SpecFiles {
  if (names.length === 0) return projectSpecs();
  const files = new Set<string>();
  const unnamed = new Set<string>();
  const unreadable: Unreadable[] = [];
  for (const name of names) {
    if (!isFolder(name)) {
      files.add(name);
      unnamed.delete(name);
      continue;
    }
    const below = specsBelow(name);
    for (const file of below.files) {
      if (!files.has(file)) unnamed.add(file);
      files.add(file);
    }
    unreadable.push(...below.unreadable);
  }
  return { files: [...files], unnamed, unreadable };
}

/** That nothing was wrong would be true, and not what was asked. */
export function noSpecsText(names: readonly string[]): string {
  const whereabouts =
    names.length === 0
      ? "no sandbox.yaml and no folder sandboxes here or above"
      : `no spec (*.yaml, *.yml) in ${escapeText(names.join(", "))}`;
  return `error: ${whereabouts}; name a spec, or write one with \`sandbox init\`\n`;
}

interface Below {
  readonly files: readonly string[];
  readonly unreadable: readonly Unreadable[];
}

function specsBelow(folder: string): Below {
  const files: string[] = [];
  const unreadable: Unreadable[] = [];
  const pending = [{ path: folder, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, depth } = next;
    const entries = entriesOf(path);
    if (!Array.isArray(entries)) {
      unreadable.push({ file: path, reading: entries });
      continue;
    }
    for (const entry of entries) {
      const inner = join(path, entry.name);
      if (entry.isDirectory() && !SKIPPED.test(entry.name) && depth < DEPTH_MAX)
        pending.push({ path: inner, depth: depth + 1 });
      else if (!entry.isDirectory() && SPEC.test(entry.name)) files.push(inner);
    }
  }
  return { files: files.toSorted(), unreadable };
}

function entriesOf(path: string): fs.Dirent[] | Fault {
  try {
    return fs.readdirSync(path, { withFileTypes: true });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable";
    return { ok: false, kind: "unreadable", why };
  }
}

/** Those of the project that the working directory is in: `sandbox.yaml`, and all in `sandboxes`. */
function projectSpecs(): SpecFiles {
  const folder = projectFolder([...SINGLE, MANY]);
  const unnamed: ReadonlySet<string> = new Set();
  if (folder === null) return { files: [], unnamed, unreadable: [] };
  const single = SINGLE.map((name) => join(folder, name)).filter((file) => fs.existsSync(file));
  const many = join(folder, MANY);
  const below: Below = fs.existsSync(many) ? specsBelow(many) : { files: [], unreadable: [] };
  return { files: [...single, ...below.files], unnamed, unreadable: below.unreadable };
}

/** The spec that `up` and `plan` take where none is named; the usual name where there is none. */
export function projectSpec(): string {
  const folder = projectFolder(SINGLE) ?? "";
  const names = SINGLE.map((name) => join(folder, name));
  return names.find(fs.existsSync) ?? SINGLE[0];
}

/**
 * The nearest folder at or above the working directory with one of these names, relative; null where
 * there is none. Above, only the caller's own folders are looked at, up to a repository's: what stands
 * in /tmp is anybody's.
 */
function projectFolder(names: readonly string[]): string | null {
  if (!HAS_DIRECTORY) return null;
  const start = process.cwd();
  for (let at = start; ; at = dirname(at)) {
    if (at !== start && !isOwnFolder(at)) return null;
    if (names.some((name) => fs.existsSync(join(at, name)))) return relative(start, at);
    if (fs.existsSync(join(at, ".git")) || at === dirname(at)) return null;
  }
}
