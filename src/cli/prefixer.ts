/** Output of many processes on one terminal: whole lines, each behind its process's name. */

import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { LineBuffer } from "../engine/line-buffer.ts";
import { hasColour, isTerminal, STDERR, write } from "./terminal.ts";

const COLOURS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
/** Longer names do not push everybody's output to the right. */
const NAME_WIDTH_MAX = 24;
const NEWLINE = new Uint8Array([10]);

interface Buffered {
  readonly slot: number;
  readonly fd: number;
  readonly lines: LineBuffer;
}

export class Prefixer {
  readonly #paths: readonly string[];
  readonly #out: number;
  readonly #width: number;
  readonly #buffers = new Map<string, Buffered>();

  /** `out` gets what processes write to stdout; stderr goes to stderr. */
  constructor(paths: readonly string[], out: number) {
    this.#paths = paths;
    this.#out = out;
    const longest = paths.reduce((most, path) => Math.max(most, path.length), 0);
    this.#width = Math.min(NAME_WIDTH_MAX, longest);
  }

  /** An empty chunk is the end of the stream. */
  push(slot: number, stream: "stdout" | "stderr", chunk: Uint8Array): void {
    const key = `${slot} ${stream}`;
    const known = this.#buffers.get(key);
    const buffer = known ?? {
      slot,
      fd: stream === "stdout" ? this.#out : STDERR,
      lines: new LineBuffer(),
    };
    this.#buffers.set(key, buffer);
    if (chunk.length === 0) this.#flush(buffer);
    const { fd, lines } = buffer;
    const parts: Uint8Array[] = [];
    for (const line of lines.push(chunk))
      parts.push(this.#prefix(slot, fd), shown(fd, line), NEWLINE);
    if (parts.length > 0) write(fd, Buffer.concat(parts));
  }

  /** Last lines that have no newline. */
  flush(): void {
    for (const buffer of this.#buffers.values()) this.#flush(buffer);
  }

  #flush({ slot, fd, lines }: Buffered): void {
    for (const line of lines.flush())
      write(fd, Buffer.concat([this.#prefix(slot, fd), shown(fd, line), NEWLINE]));
  }

  #prefix(slot: number, fd: number): Uint8Array {
    const name = shortPath(this.#paths[slot] ?? "", this.#width).padEnd(this.#width);
    const text = hasColour(fd)
      ? `\u001b[${COLOURS[slot % COLOURS.length]}m${name} |\u001b[0m `
      : `${name} | `;
    return Buffer.from(text);
  }
}

/**
 * A copy. On a terminal, what could move the cursor, set a title or pass for another's line is
 * written as an escape; files and pipes get every byte as it was.
 */
function shown(fd: number, line: Uint8Array): Uint8Array {
  if (!isTerminal(fd)) return line.slice();
  const text = Buffer.from(line).toString("utf8").replace(/\r$/, "");
  return Buffer.from(text.split("\t").map(escapeText).join("\t"));
}
