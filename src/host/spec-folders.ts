/**
 * Which files a spec may name: those at or below its own folder, or the Git repository that holds
 * it, and those that the caller has allowed. I/O.
 *
 * A spec can be anybody's, and what is read is quoted in findings, on a terminal or in a log. So a
 * name is judged by the file that it leads to, as `docker build` does with its context.
 */

import * as fs from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import {
  type FileFault,
  type FileReading,
  readAll,
  type SizeMax,
  withRegular,
} from "./regular-file.ts";

export type SpecReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      readonly kind: FileFault | "outside" | "unnameable";
      readonly why: string;
    };

/** What Git keeps in a repository is no part of it: its configuration can hold passwords. */
const GIT = ".git";

/** Real paths, without those that do not exist. */
export type Folders = readonly string[];

/** The folders of the spec `file`; `-` belongs to the working directory. The caller names `allowed`. */
export function foldersOf(file: string, allowed: readonly string[]): Folders {
  const own = ownFolder(resolve(dirname(file)));
  const folders = [...(own === null ? [] : [own, repositoryOf(own)]), ...allowed.map(realPath)];
  return folders.filter((folder) => folder !== null);
}

/**
 * The real folder of a spec; null where a link of a folder leads out of the working directory or
 * the repository that it is named in: who wrote these has chosen where, and not the caller.
 */
function ownFolder(named: string): string | null {
  const real = realPath(named);
  const around = [realPath("."), gitFolder(named)].filter((folder) => folder !== null);
  const leadsOut = (folder: string) => isWithin(named, folder) && !isReallyBelow(real, folder);
  return around.some(leadsOut) ? null : real;
}

function isReallyBelow(real: string | null, folder: string): boolean {
  const whole = realPath(folder);
  return real !== null && whole !== null && isWithin(real, whole);
}

function isWithin(path: string, folder: string): boolean {
  return relative(folder, path).split(sep)[0] !== "..";
}

/** The nearest folder at or above with a `.git`, whoever's that is. */
export function gitFolder(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (fs.lstatSync(join(at, GIT), { throwIfNoEntry: false }) !== undefined) return at;
    if (at === dirname(at)) return null;
  }
}

/** The nearest folder with a `.git`, if that is the caller's or root's; as of git's safe.directory. */
function repositoryOf(folder: string): string | null {
  const at = gitFolder(folder);
  if (at === null) return null;
  const status = fs.lstatSync(join(at, GIT), { throwIfNoEntry: false });
  return status?.uid === 0 || status?.uid === process.geteuid?.() ? at : null;
}

function realPath(path: string): string | null {
  try {
    return fs.realpathSync.native(path);
  } catch {
    return null;
  }
}

/** Whether `path` leads into one of the folders; also where nothing is there to be led to. */
export function isAllowed(path: string, folders: Folders): boolean {
  const real = realPath(path);
  return real === null || isBelow(real, folders);
}

function isBelow(real: string, folders: Folders): boolean {
  return folders.some((folder) => {
    return isWithin(real, folder) && !relative(folder, real).split(sep).includes(GIT);
  });
}

/** A spec, or a file that one includes; here `-` is a file of this name. */
export function readAllowed(path: string, sizeMax: SizeMax, folders: Folders): SpecReading {
  const real = realPath(path);
  if (isNoUtf8(path, real)) return unnameable();
  if (real !== null && !isBelow(real, folders)) return outside();
  // Not by its own name again: what that leads to may have become another file.
  return withRegular(real ?? path, fs.constants.O_NOFOLLOW, (fd, status): FileReading => {
    return isStill(fd, real) ? readAll(fd, status.size, sizeMax) : unsteady();
  });
}

/** What Bun cannot decode it replaces, and such a name leads nowhere, or elsewhere. */
function isNoUtf8(path: string, real: string | null): boolean {
  const name = real ?? path;
  return name.includes("\ufffd") && realPath(name) === null;
}

/** Without a procfs it cannot be known, and O_NOFOLLOW has seen to the last part of the path. */
function isStill(fd: number, real: string | null): boolean {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`) === real;
  } catch {
    return true;
  }
}

function outside(): SpecReading {
  return { ok: false, kind: "outside", why: "it is outside of the spec's folder and repository" };
}

function unnameable(): SpecReading {
  const why = "its name, or that of a folder above it, is not in UTF-8";
  return { ok: false, kind: "unnameable", why };
}

function unsteady(): FileReading {
  return { ok: false, kind: "unreadable", why: "it is being moved" };
}
