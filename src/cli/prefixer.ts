/** Output of many processes in one stream: whole lines, each behind its process's name. */

import { DISTINCT } from "../base/colours.ts";
import { shortPath } from "../base/short-path.ts";
import { isTerminal } from "../host/is-terminal.ts";
import type { Frame } from "../wire/frames.ts";
import { type LinePrefix, PipeLines } from "./pipe-lines.ts";
import { ScreenLines } from "./screen-lines.ts";
import { hasColour, isOneOutput, STDERR, STDOUT } from "./terminal.ts";

/** Longer names do not push everybody's output to the right. */
const NAME_WIDTH_MAX = 24;

const NO_PREFIX: LinePrefix = { first: "", rest: "" };

export interface PrefixLook {
  /** Where goes what processes write to stdout; stderr goes to stderr. */
  readonly out: number;
  /** False: no names. */
  readonly prefix?: boolean;
  readonly timestamps?: true;
}

export class Prefixer {
  readonly #paths: readonly string[];
  readonly #look: PrefixLook;
  readonly #width: number;
  /** Whether no two are the same when they are shortened. */
  readonly #areShort: boolean;
  readonly #prefixes = new Map<string, LinePrefix>();
  readonly #lines: ReadonlyMap<number, PipeLines | ScreenLines>;

  constructor(paths: readonly string[], look: PrefixLook) {
    this.#paths = paths;
    this.#look = look;
    const longest = paths.reduce((most, path) => Math.max(most, path.length), 0);
    this.#width = Math.min(NAME_WIDTH_MAX, longest);
    this.#areShort =
      longest <= NAME_WIDTH_MAX ||
      new Set(paths.map((path) => shortPath(path, this.#width))).size === paths.length;
    const linesTo = (fd: number) => (isTerminal(fd) ? new ScreenLines(fd) : new PipeLines(fd));
    const first = linesTo(STDOUT);
    this.#lines = new Map([
      [STDOUT, first],
      [STDERR, isOneOutput() ? first : linesTo(STDERR)],
    ]);
  }

  /** A frame without bytes is the end of the stream. */
  push(
    slot: number,
    stream: "stdout" | "stderr",
    { bytes, atMs }: Pick<Frame, "bytes" | "atMs">,
  ): void {
    const fd = stream === "stdout" ? this.#look.out : STDERR;
    const named = this.#prefix(slot, fd);
    const prefix = this.#look.timestamps ? withTime(named, atMs) : named;
    this.#lines.get(fd)?.push(`${slot} ${stream}`, prefix, bytes);
  }

  /** Last lines that have no newline. */
  flush(): void {
    for (const lines of this.#lines.values()) lines.flush();
  }

  #prefix(slot: number, fd: number): LinePrefix {
    const key = `${slot} ${fd}`;
    const known = this.#prefixes.get(key);
    if (known !== undefined) return known;
    if (this.#look.prefix === false) return NO_PREFIX;
    const path = this.#paths[slot] ?? "";
    // What is no terminal is searched in.
    const shown = this.#areShort && isTerminal(fd) ? shortPath(path, this.#width) : path;
    const name = shown.padEnd(this.#width);
    const painted = (text: string) =>
      hasColour(fd) ? `\u001b[${DISTINCT[slot % DISTINCT.length]}m${text}\u001b[0m ` : `${text} `;
    const prefix = { first: painted(`${name} |`), rest: painted(`${name} |+`) };
    this.#prefixes.set(key, prefix);
    return prefix;
  }
}

/** When the line was whole, in UTC. Source: RFC 3339. */
function withTime({ first, rest }: LinePrefix, atMs: number): LinePrefix {
  const time = `${new Date(atMs).toISOString()} `;
  return { first: first + time, rest: rest + time };
}
