/** Files that a user asked for: there whole, or as they were before. I/O. */

import * as fs from "node:fs";
import { refuseUnreachable } from "./input.ts";

/** Renaming is refused in a folder of somebody else's, and onto a file that is mounted by itself. */
const CANNOT_RENAME: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EBUSY", "EXDEV"]);

/** Writes or replaces it. Throws with a `code`, as node:fs does. A link stays a link, a name one of several. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  refuseUnreachable(file);
  const status = fs.statSync(file, { throwIfNoEntry: false });
  if (status !== undefined && !status.isFile()) {
    fs.writeFileSync(file, data); // a device or a pipe takes it as it comes
    return;
  }
  const target = status === undefined ? file : fs.realpathSync(file);
  // The other names of the file would keep what was in it.
  if (status !== undefined && status.nlink > 1) {
    overwritten(target, data);
    return;
  }
  try {
    beside(target, data, status ?? null, (partial) => fs.renameSync(partial, target));
  } catch (error) {
    if (status === undefined || !CANNOT_RENAME.has(codeOf(error))) throw error;
    overwritten(target, data);
  }
}

/** Writes one that is not there yet; EEXIST where it is. */
export function writeNew(file: string, data: string): void {
  refuseUnreachable(file);
  if (fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined) {
    throw Object.assign(new Error(file), { code: "EEXIST" });
  }
  beside(file, data, null, (partial) => {
    try {
      fs.linkSync(partial, file); // unlike a rename it fails where somebody else was faster
      fs.rmSync(partial);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw error;
      fs.renameSync(partial, file); // a file system without links
    }
  });
}

/**
 * Makes a file beside the target with all of the data on the disk, and has it moved to its name. It has
 * the owner and the mode of `before`, the file that was there; EPERM where it may not have that owner.
 */
function beside(
  target: string,
  data: string | Uint8Array,
  before: fs.Stats | null,
  put: (partial: string) => void,
): void {
  // Nobody can have made it before: in the folder of another user, any name that can be guessed may be there.
  const partial = `${target}.${crypto.randomUUID().slice(0, 8)}`;
  let fd: number | null = null;
  try {
    fd = fs.openSync(partial, "wx", before === null ? 0o666 : 0o600);
    fs.writeFileSync(fd, data);
    fs.fsyncSync(fd); // some file systems find only now that the disk is full
    if (before !== null) likeBefore(fd, before);
    put(partial);
  } catch (error) {
    if (fd !== null) fs.rmSync(partial, { force: true });
    throw error;
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

/** The mode comes last: a change of the owner takes the set-user-ID bit away. Source: chown(2). */
function likeBefore(fd: number, { uid, gid, mode }: fs.Stats): void {
  const made = fs.fstatSync(fd);
  if (made.uid !== uid || made.gid !== gid) fs.fchownSync(fd, uid, gid);
  fs.fchmodSync(fd, mode & 0o7777);
}

/** What was in it is put back where the new content does not fit. */
function overwritten(target: string, data: string | Uint8Array): void {
  const before = fs.readFileSync(target);
  const fd = fs.openSync(target, fs.constants.O_RDWR | fs.constants.O_NOFOLLOW);
  try {
    overwrite(fd, Buffer.from(data));
  } catch (error) {
    overwrite(fd, before);
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function overwrite(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(fd, bytes, done, bytes.length - done, done);
  }
  fs.ftruncateSync(fd, bytes.length);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
