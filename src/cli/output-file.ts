/** Files that a user asked for: there whole, or as they were before. I/O. */

import * as fs from "node:fs";
import { refuseUnreachable } from "./input.ts";

/** Renaming is refused in a folder of somebody else's, and onto a file that is mounted by itself. */
const CANNOT_RENAME: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EBUSY", "EXDEV"]);

/** Writes or replaces it. Throws with a `code`, as node:fs does. A link stays a link. */
export function writeWhole(file: string, data: string | Uint8Array): void {
  refuseUnreachable(file);
  const status = fs.statSync(file, { throwIfNoEntry: false });
  if (status !== undefined && !status.isFile()) {
    fs.writeFileSync(file, data); // a device or a pipe takes it as it comes
    return;
  }
  const target = status === undefined ? file : fs.realpathSync(file);
  try {
    beside(target, data, status?.mode ?? 0o666, (partial) => fs.renameSync(partial, target));
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
  beside(file, data, 0o666, (partial) => {
    try {
      fs.linkSync(partial, file); // unlike a rename it fails where somebody else was faster
      fs.rmSync(partial);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw error;
      fs.renameSync(partial, file); // a file system without links
    }
  });
}

/** Makes a file beside the target with all of the data on the disk, and has it moved to its name. */
function beside(
  target: string,
  data: string | Uint8Array,
  mode: number,
  put: (partial: string) => void,
): void {
  const partial = `${target}.${process.pid}`;
  let fd: number | null = null;
  try {
    fd = fs.openSync(partial, "wx", mode & 0o777);
    fs.writeFileSync(fd, data);
    fs.fsyncSync(fd); // some file systems find only now that the disk is full
    if ((mode & 0o170000) !== 0) fs.fchmodSync(fd, mode & 0o7777); // of a file that was there
    put(partial);
  } catch (error) {
    if (fd !== null) fs.rmSync(partial, { force: true });
    throw error;
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

/** What was in it is put back where the new content does not fit. */
function overwritten(target: string, data: string | Uint8Array): void {
  const before = fs.readFileSync(target);
  const fd = fs.openSync(target, "r+");
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
