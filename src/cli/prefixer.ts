/** Output of many processes in one stream: whole lines, each behind its process's name. */

import { shortPath } from "../base/short-path.ts";
import { isTerminal } from "../host/is-terminal.ts";
import { type LinePrefix, PipeLines } from "./pipe-lines.ts";
import { ScreenLines } from "./screen-lines.ts";
import { hasColour, isOneOutput, STDERR, STDOUT } from "./terminal.ts";

const COLOURS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
/** Longer names do not push everybody's output to the right. */
const NAME_WIDTH_MAX = 24;

export class Prefixer {
  readonly #paths: readonly string[];
  readonly #out: number;
  readonly #width: number;
  readonly #prefixes = new Map<string, LinePrefix>();
  readonly #lines: ReadonlyMap<number, PipeLines | ScreenLines>;

  /** `out` gets what processes write to stdout; stderr goes to stderr. */
  constructor(paths: readonly string[], out: number) {
    this.#paths = paths;
    this.#out = out;
    const longest = paths.reduce((most, path) => Math.max(most, path.length), 0);
    this.#width = Math.min(NAME_WIDTH_MAX, longest);
    const linesTo = (fd: number) => (isTerminal(fd) ? new ScreenLines(fd) : new PipeLines(fd));
    const first = linesTo(STDOUT);
    this.#lines = new Map([
      [STDOUT, first],
      [STDERR, isOneOutput() ? first : linesTo(STDERR)],
    ]);
  }

  /** An empty chunk is the end of the stream. */
  push(slot: number, stream: "stdout" | "stderr", chunk: Uint8Array): void {
    const fd = stream === "stdout" ? this.#out : STDERR;
    this.#lines.get(fd)?.push(`${slot} ${stream}`, this.#prefix(slot, fd), chunk);
  }

  /** Last lines that have no newline. */
  flush(): void {
    for (const lines of this.#lines.values()) lines.flush();
  }

  #prefix(slot: number, fd: number): LinePrefix {
    const key = `${slot} ${fd}`;
    const known = this.#prefixes.get(key);
    if (known !== undefined) return known;
    const name = shortPath(this.#paths[slot] ?? "", this.#width).padEnd(this.#width);
    const painted = (text: string) =>
      hasColour(fd) ? `\u001b[${COLOURS[slot % COLOURS.length]}m${text}\u001b[0m ` : `${text} `;
    const prefix = { first: painted(`${name} |`), rest: painted(`${name} |+`) };
    this.#prefixes.set(key, prefix);
    return prefix;
  }
}
