/**
 * Reading a file that somebody else may have put there: the one way in which commands read what
 * they are named. I/O.
 *
 * A name can stand for a FIFO, a device, a kernel log or a file without end. So a file is opened
 * without waiting, looked at on its own descriptor, and read no further than it was long then.
 */

import * as fs from "node:fs";

/** The largest kept report, in bytes: one of a million processes takes some 400 MB. */
export const REPORT_SIZE_MAX = 512 * 1024 * 1024;

export type FileReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly kind: FileFault; readonly why: string };

/** `why` is the name of the errno, or says what the file is. */
export type FileFault = "unreadable" | "not-regular" | "too-large";

/** In bytes; it may depend on how the file begins. */
export type SizeMax = number | ((head: Uint8Array) => number);

/** Bytes by which a kind of file is known. */
const HEAD_SIZE = 8;

/** Bytes that are asked of a pipe at once. */
const CHUNK_SIZE = 1024 * 1024;

/** Pause before a non-blocking descriptor is asked again. */
const PAUSE_MS = 2;

const STDIN = 0;

/** `-` stands for standard input, which may be a pipe. `flags` are added to those of open(2). */
export function readRegular(path: string, sizeMax: SizeMax, flags = 0): FileReading {
  if (path === "-") return readStdin(sizeMax);
  return withRegular(path, flags, (fd, status) => readAll(fd, status.size, sizeMax));
}

/** Hands over a descriptor of a regular file, and closes it afterwards. */
export function withRegular(
  path: string,
  flags: number,
  read: (fd: number, status: fs.Stats) => FileReading,
): FileReading {
  let fd: number | null = null;
  try {
    // Opening alone has effects on some devices and wakes the writer of a FIFO. What is decided
    // by is the second look, at what has been opened.
    const before = fs.statSync(path);
    if (!before.isFile()) return notRegular(before);
    const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = fs.constants;
    fd = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags);
    const status = fs.fstatSync(fd);
    return status.isFile() ? read(fd, status) : notRegular(status);
  } catch (error) {
    return unreadable(error);
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

/** No more than `size`, also of a file that grows; those of procfs have none and are empty. */
export function readAll(fd: number, size: number, sizeMax: SizeMax): FileReading {
  const head = new Uint8Array(Math.min(HEAD_SIZE, size));
  const known = fs.readSync(fd, head, 0, head.length, 0);
  const most = typeof sizeMax === "number" ? sizeMax : sizeMax(head.subarray(0, known));
  if (size > most) return tooLarge(most);
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const count = fs.readSync(fd, bytes, done, size - done, done);
    if (count === 0) break;
    done += count;
  }
  return { ok: true, bytes: bytes.subarray(0, done) };
}

function readStdin(sizeMax: SizeMax): FileReading {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_SIZE);
      const count = readSome(chunk);
      if (count === 0) return { ok: true, bytes: Buffer.concat(chunks, size) };
      chunks.push(chunk.subarray(0, count));
      size += count;
      const most = typeof sizeMax === "number" ? sizeMax : sizeMax(headOf(chunks));
      if (size > most) return tooLarge(most);
    }
  } catch (error) {
    return unreadable(error);
  }
}

/** A pipe may hand over less than a head at first. */
function headOf(chunks: readonly Buffer[]): Uint8Array {
  const [first = Buffer.alloc(0)] = chunks;
  if (first.length >= HEAD_SIZE) return first.subarray(0, HEAD_SIZE);
  return Buffer.concat(chunks).subarray(0, HEAD_SIZE);
}

function readSome(into: Buffer): number {
  for (;;) {
    try {
      return fs.readSync(STDIN, into, 0, into.length, null);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Bun.sleepSync(PAUSE_MS);
    }
  }
}

function notRegular(status: fs.Stats): FileReading {
  const kind = status.isDirectory()
    ? "a directory"
    : status.isFIFO()
      ? "a FIFO"
      : status.isSocket()
        ? "a socket"
        : "a device";
  return { ok: false, kind: "not-regular", why: `it is ${kind}, no regular file` };
}

function tooLarge(sizeMax: number): FileReading {
  const mebibytes = Math.floor(sizeMax / (1024 * 1024));
  return { ok: false, kind: "too-large", why: `it is larger than ${mebibytes} MiB` };
}

function unreadable(error: unknown): FileReading {
  return { ok: false, kind: "unreadable", why: codeOf(error) };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unreadable";
}
