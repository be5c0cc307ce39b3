/** Output of many processes on one terminal: whole lines, each behind its process's name. */

import { shortPath } from "../base/short-path.ts";
import { LineBuffer } from "../run/line-buffer.ts";
import { STDERR, write } from "./terminal.ts";

const COLOURS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
/** Longer names do not push everybody's output to the right. */
const NAME_WIDTH_MAX = 24;
const NEWLINE = new Uint8Array([10]);

export class Prefixer {
  readonly #paths: readonly string[];
  readonly #look: { readonly out: number; readonly colour: boolean };
  readonly #width: number;
  readonly #buffers = new Map<string, { slot: number; fd: number; lines: LineBuffer }>();

  /** `out` gets what processes write to stdout; stderr goes to stderr. */
  constructor(paths: readonly string[], look: { readonly out: number; readonly colour: boolean }) {
    this.#paths = paths;
    this.#look = look;
    const longest = paths.reduce((most, path) => Math.max(most, path.length), 0);
    this.#width = Math.min(NAME_WIDTH_MAX, longest);
  }

  push(slot: number, stream: "stdout" | "stderr", chunk: Uint8Array): void {
    const key = `${slot} ${stream}`;
    const known = this.#buffers.get(key);
    const buffer = known ?? {
      slot,
      fd: stream === "stdout" ? this.#look.out : STDERR,
      lines: new LineBuffer(),
    };
    this.#buffers.set(key, buffer);
    const parts: Uint8Array[] = [];
    for (const line of buffer.lines.push(chunk))
      parts.push(this.#prefix(slot), line.slice(), NEWLINE);
    if (parts.length > 0) write(buffer.fd, Buffer.concat(parts));
  }

  /** Last lines that have no newline. */
  flush(): void {
    for (const { slot, fd, lines } of this.#buffers.values()) {
      for (const line of lines.flush())
        write(fd, Buffer.concat([this.#prefix(slot), line, NEWLINE]));
    }
  }

  #prefix(slot: number): Uint8Array {
    const name = shortPath(this.#paths[slot] ?? "", this.#width).padEnd(this.#width);
    const text = this.#look.colour
      ? `\u001b[${COLOURS[slot % COLOURS.length]}m${name} |\u001b[0m `
      : `${name} | `;
    return Buffer.from(text);
  }
}
