/** Writing to this program's stdout and stderr, whole and in order. I/O. */

import * as fs from "node:fs";

export const STDOUT = 1;
export const STDERR = 2;

/** Why what was written is not all there, by descriptor: the name of the errno. */
const lost = new Map<number, string>();

/** Writes all of it, also to a pipe that is set non-blocking; what cannot be is in `lossOf`. */
export function write(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(fd, bytes, done);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      if (code !== "EAGAIN") {
        lost.set(fd, code);
        return;
      }
      Bun.sleepSync(1);
    }
  }
}

/** EPIPE: nobody reads it any more. Null: all that was written is there. */
export function lossOf(fd: number): string | null {
  return lost.get(fd) ?? null;
}

export function isTerminal(fd: number): boolean {
  return fd === STDOUT ? process.stdout.isTTY === true : process.stderr.isTTY === true;
}

/** Colours: on a terminal, unless NO_COLOR says otherwise (no-color.org). */
export function hasColour(fd: number): boolean {
  return isTerminal(fd) && !process.env["NO_COLOR"];
}

/** Columns of the terminal; 80 where there is none, or it does not know. */
export function columnsOf(fd: number): number {
  const columns = fd === STDOUT ? process.stdout.columns : process.stderr.columns;
  return isTerminal(fd) && columns > 0 ? columns : 80;
}
