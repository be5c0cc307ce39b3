/**
 * Files that nobody but the caller can have made: what a command keeps for its next start. I/O.
 *
 * What is kept is run later, with the caller's rights. So every folder and link on the way, and the
 * file itself, is the caller's or root's, and nobody else may write to it.
 */

import * as fs from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type FileReading, withRegular } from "./regular-file.ts";

/** Bits of a mode by which others than the owner may write. */
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Links on the way; more of them are a circle. Source: path_resolution(7). */
const LINK_COUNT_MAX = 40;

/** Whether a folder is the caller's own, and everything on the way to it in no other user's hands. */
export function isOwnFolder(path: string): boolean {
  const status = safeEnd(path);
  return status?.uid === process.geteuid?.() && ((status?.mode ?? 0) & OTHERS_WRITE) === 0;
}

/**
 * What a path leads to, if it is a folder that no other user can put another one in the stead of. Null as
 * well where it cannot be walked: of another user's home, as after `su`, nothing can be known.
 */
function safeEnd(path: string): fs.Stats | null {
  try {
    return walkedEnd(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

function walkedEnd(path: string): fs.Stats | null {
  let left = LINK_COUNT_MAX;
  const parts = resolve(path).split("/");
  let at = "/";
  let end = fs.lstatSync(at);
  if (!isSafe(end)) return null;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part === "" || part === ".") continue;
    at = part === ".." ? dirname(at) : join(at, part);
    const status = fs.lstatSync(at, { throwIfNoEntry: false });
    if (status === undefined) return null;
    if (status.isSymbolicLink()) {
      // Its owner says where it leads; who may write beside it was looked at before.
      if (!isTrusted(status.uid) || left-- === 0) return null;
      const target = fs.readlinkSync(at);
      parts.unshift(...target.split("/"));
      at = target.startsWith("/") ? "/" : dirname(at);
    } else if (!isSafe(status)) return null;
    end = fs.lstatSync(at);
  }
  return end;
}

/** In a sticky folder such as /tmp nobody but its owner can replace what is another's. */
function isSafe(status: fs.Stats): boolean {
  const isShared = (status.mode & OTHERS_WRITE) !== 0;
  const isSticky = (status.mode & STICKY) !== 0;
  return status.isDirectory() && isTrusted(status.uid) && (!isShared || isSticky);
}

function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** A file of an own folder; null where there is none, or it can be another's work. */
export function readOwnFile(path: string, sizeMax: number): Uint8Array | null {
  const read = withRegular(path, fs.constants.O_NOFOLLOW, (fd, status): FileReading => {
    const isOwn = status.uid === process.geteuid?.() && (status.mode & OTHERS_WRITE) === 0;
    // With another name the file may be one that somebody made a link to.
    if (!isOwn || status.nlink !== 1 || status.size > sizeMax) {
      return { ok: false, kind: "unreadable", why: "EPERM" };
    }
    return { ok: true, bytes: fs.readFileSync(fd) };
  });
  return read.ok ? read.bytes : null;
}

/**
 * Makes `path` below a folder that is there already, with the parts between them, all 0700; false
 * where what is there is not the caller's own. The folder's own parent is never made: a home that
 * does not exist is none.
 */
export function makeOwnFolder(path: string, below: string): boolean {
  const missing: string[] = [];
  for (let at = path; !fs.existsSync(at); at = dirname(at)) {
    if (at === dirname(below)) return false;
    missing.unshift(at);
  }
  const first = missing[0];
  if (first !== undefined && safeEnd(dirname(first)) === null) return false;
  for (const folder of missing) fs.mkdirSync(folder, { mode: 0o700 });
  return isOwnFolder(path);
}

/** Written beside and renamed, so that no reader sees a part; in an own folder. */
export function writeOwnFile(path: string, data: Uint8Array): void {
  const partial = `${path}.${process.pid}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  try {
    const fd = fs.openSync(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      fs.writeFileSync(fd, data);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(partial, path);
  } finally {
    fs.rmSync(partial, { force: true });
  }
}
