/** Writing to this program's stdout and stderr, whole and in order. I/O. */

import * as fs from "node:fs";
import { asciiText } from "../base/ascii.ts";
import { isTerminal } from "../host/is-terminal.ts";
import { Output } from "./output.ts";

export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;

/** Columns where nothing says how many there are. */
const COLUMNS = 80;

const stdout = new Output(STDOUT);

/** Where both lead to one pipe or terminal they are one, so that what is written keeps its order. */
const stderr = isOneFile() ? stdout : new Output(STDERR);

function isOneFile(): boolean {
  const [out, err] = [STDOUT, STDERR].map((fd) => fs.fstatSync(fd));
  return out?.dev === err?.dev && out?.ino === err?.ino;
}

/** Whether what is written to either goes the same way. */
export function isOneOutput(): boolean {
  return stdout === stderr;
}

function outputOf(fd: number): Output {
  return fd === STDOUT ? stdout : stderr;
}

/** Who has begun a line that has no end yet, by the output. */
const lineOwners = new Map<Output, object>();

/**
 * Writes all of it, now or as it is read; what cannot be is in `lossOf`. Never waits. A line that
 * somebody else has begun there is ended first; `owner` goes on in its own.
 */
export function write(fd: number, data: string | Uint8Array, owner: object | null = null): void {
  leaveLine(fd, owner);
  outputOf(fd).write(typeof data === "string" ? Buffer.from(spoken(fd, data)) : data);
}

/** The same for a line that is to go on. */
export function writePart(fd: number, text: string | Uint8Array, owner: object): void {
  write(fd, text, ownsLine(owner) ? owner : null);
  lineOwners.set(outputOf(fd), owner);
}

export function ownsLine(owner: object): boolean {
  return [...lineOwners.values()].includes(owner);
}

/** What the status line says; empty where there is none. */
let status = "";
let isMuted = false;

/** From now on nothing is shown as status. */
export function muteStatus(): void {
  isMuted = true;
}

/** The last that was said where a line cannot be written over. */
let reported = "";

/**
 * A line that is there until something else is written, or another one is shown. Where a line cannot
 * be written over it is said once, whatever the numbers in it.
 */
export function showStatus(text: string): void {
  if (isMuted || !isTerminal(STDERR) || lineOwners.size > 0) return;
  if (isDumb(STDERR) || !hasColour(STDERR)) {
    const said = text.replace(/\d+/g, "");
    if (said !== reported) write(STDERR, `${text}\n`);
    reported = said;
    return;
  }
  if (text === status) return;
  const shown = Bun.sliceAnsi(text, 0, columnsOf(STDERR) - 1);
  write(STDERR, `\u001b[2m${shown}\u001b[0m`);
  status = text;
}

export function hideStatus(): void {
  if (status !== "") write(STDERR, "");
}

function leaveLine(fd: number, owner: object | null): void {
  if (status !== "") outputOf(fd).write(Buffer.from("\r\u001b[K"));
  status = "";
  const current = lineOwners.get(outputOf(fd));
  if (current === undefined) return;
  if (current !== owner) outputOf(fd).write(Buffer.from("\n"));
  lineOwners.delete(outputOf(fd));
}

/** EPIPE: nobody reads it any more. Null: all that was written is there, or will be. */
export function lossOf(fd: number): string | null {
  return outputOf(fd).loss;
}

/** Whether its reader is so far behind that no more should be written before it is drained. */
export function isFull(fd: number): boolean {
  return outputOf(fd).isFull;
}

/** Bytes that have gone out so far, to either. */
export function writtenBytes(): number {
  return stdout.written + stderr.written;
}

/** Settles when all that was written is out, or nothing of it will be. */
export async function drained(): Promise<void> {
  await Promise.all([stdout.drained(), stderr.drained()]);
}

/** Nobody waits any longer for those who read. */
export function abandonOutput(): void {
  for (const output of [stdout, stderr]) output.abandon();
}

/** Whether it only takes lines: nothing in it can be coloured, or written in place. */
export function isDumb(fd: number): boolean {
  return !isTerminal(fd) || process.env["TERM"] === "dumb";
}

/** What `--color` says. */
export type ColourChoice = "auto" | "always" | "never";

let colourChoice: ColourChoice = "auto";

export function chooseColour(choice: ColourChoice): void {
  colourChoice = choice;
}

/**
 * Whether to write colours: as `--color` says, else the environment, else on a terminal that has them.
 * Source: no-color.org, bixense.com/clicolors.
 */
export function hasColour(fd: number): boolean {
  if (colourChoice !== "auto") return colourChoice === "always";
  if (process.env["NO_COLOR"]) return false;
  const forced = [process.env["CLICOLOR_FORCE"], process.env["FORCE_COLOR"]];
  return forced.some((value) => value && value !== "0") || !isDumb(fd);
}

/**
 * Columns of the terminal, or 80 where it does not know. What is no terminal has as many as COLUMNS
 * says, else no end: who searches in it would not find what was cut.
 */
export function columnsOf(fd: number): number {
  const columns = fd === STDOUT ? process.stdout.columns : process.stderr.columns;
  if (isTerminal(fd) && columns > 0) return columns;
  const requested = Number(process.env["COLUMNS"]);
  if (Number.isInteger(requested) && requested > 0) return requested;
  return isTerminal(fd) ? COLUMNS : Infinity;
}

/** How a table is to look there; `all`, or no width to keep to: nothing is cut or left out. */
export function lookOf(
  fd: number,
  all: boolean | undefined,
): { readonly columns: number; readonly colour: boolean; readonly isWhole: boolean } {
  const columns = all === true ? Infinity : columnsOf(fd);
  return { columns, colour: hasColour(fd), isWhole: columns === Infinity };
}

/** A terminal whose locale says that it knows no UTF-8 gets none. Source: locale(7). */
function spoken(fd: number, text: string): string {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  const isOther = locale !== "" && !/utf-?8/i.test(locale);
  return isOther && isTerminal(fd) ? asciiText(text) : text;
}
