/** Writing to this program's stdout and stderr, whole and in order. I/O. */

import * as fs from "node:fs";
import { asciiText } from "../base/ascii.ts";

export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;

/** Columns where nothing says how many there are. */
const COLUMNS = 80;

/** Why what was written is not all there, by descriptor: the name of the errno. */
const lost = new Map<number, string>();

/** Writes all of it, also to a pipe that is set non-blocking; what cannot be is in `lossOf`. */
export function write(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? Buffer.from(spoken(fd, data)) : data;
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

/** Whether it only takes lines: nothing in it can be coloured, or written in place. */
export function isDumb(fd: number): boolean {
  return !isTerminal(fd) || process.env["TERM"] === "dumb";
}

/** Colours: on a terminal that has them, unless NO_COLOR says otherwise (no-color.org). */
export function hasColour(fd: number): boolean {
  return !isDumb(fd) && !process.env["NO_COLOR"];
}

/** Columns of the terminal; where there is none, or it does not know, what COLUMNS says, or 80. */
export function columnsOf(fd: number): number {
  const columns = fd === STDOUT ? process.stdout.columns : process.stderr.columns;
  if (isTerminal(fd) && columns > 0) return columns;
  const wished = Number(process.env["COLUMNS"]);
  return Number.isInteger(wished) && wished > 0 ? wished : COLUMNS;
}

/** How a table is to look there; `all`: nothing is cut or left out. */
export function lookOf(
  fd: number,
  all: boolean | undefined,
): { readonly columns: number; readonly colour: boolean; readonly isWhole: boolean } {
  const isWhole = all === true;
  return { columns: isWhole ? Infinity : columnsOf(fd), colour: hasColour(fd), isWhole };
}

/** A terminal whose locale says that it knows no UTF-8 gets none. Source: locale(7). */
function spoken(fd: number, text: string): string {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  const isOther = locale !== "" && !/utf-?8/i.test(locale);
  return isOther && isTerminal(fd) ? asciiText(text) : text;
}
