/**
 * Output of many processes on one terminal: whole lines, each behind its process's name; where a
 * process pauses inside of one, as at a prompt, what there is of it is shown.
 */

import { terminalLine } from "../base/terminal-text.ts";
import type { LinePrefix } from "./pipe-lines.ts";
import { columnsOf, hasColour, isDumb, ownsLine, write, writePart } from "./terminal.ts";

/** After so long without a word the beginning of a line is shown. */
const PAUSE_MS = 300;

/** A longer line is shown in parts. Characters. */
const LINE_LENGTH_MAX = 64 * 1024;

interface ScreenStream {
  prefix: LinePrefix;
  readonly decoder: TextDecoder;
  /** The beginning of a line, what is shown of it included. */
  text: string;
  /** How much of it is on the screen. Characters. */
  shown: number;
  /** The beginning of this line stands further above. */
  isContinued: boolean;
  heardAt: number;
}

export class ScreenLines {
  readonly #fd: number;
  readonly #streams = new Map<string, ScreenStream>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** An empty chunk is the end of the stream. */
  push(key: string, prefix: LinePrefix, chunk: Uint8Array): void {
    const stream = this.#streams.get(key) ?? {
      prefix,
      decoder: new TextDecoder(),
      text: "",
      shown: 0,
      isContinued: false,
      heardAt: 0,
    };
    this.#streams.set(key, stream);
    stream.prefix = prefix;
    const isEnd = chunk.length === 0;
    const [first = "", ...others] =
      `${stream.text}${stream.decoder.decode(chunk, { stream: !isEnd })}`.split("\n");
    stream.text = first;
    const ended = others.length > 0 ? this.#ended(stream, others) : "";
    if (ended !== "") write(this.#fd, Buffer.from(ended));
    if (isEnd) this.#close(stream);
    else if (stream.text.length > LINE_LENGTH_MAX) this.#breakLong(stream);
    stream.heardAt = performance.now();
    if (stream.text.length > stream.shown) this.#timer ??= this.#later();
  }

  /** Last lines that have no newline. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const stream of this.#streams.values()) this.#close(stream);
  }

  #close(stream: ScreenStream): void {
    if (stream.text !== "") this.#endLine(stream, "");
    stream.isContinued = false;
  }

  /** Ends the line that has begun; returns those after it, and keeps the beginning of the last. */
  #ended(stream: ScreenStream, others: string[]): string {
    this.#endLine(stream, others.pop() ?? "");
    const colour = hasColour(this.#fd);
    return others.map((line) => `${stream.prefix.first}${terminalLine(line, colour)}\n`).join("");
  }

  #endLine(stream: ScreenStream, next: string): void {
    const isOpen = stream.shown > 0 && ownsLine(stream);
    write(this.#fd, Buffer.from(`${this.#continued(stream)}\n`), isOpen ? stream : null);
    stream.text = next;
    stream.shown = 0;
    stream.isContinued = false;
  }

  #breakLong(stream: ScreenStream): void {
    this.#endLine(stream, "");
    stream.isContinued = true;
  }

  /** What brings the line on the screen up to date, from where the cursor is. */
  #continued(stream: ScreenStream): string {
    const { text, shown, prefix } = stream;
    const colour = hasColour(this.#fd);
    const begin = stream.isContinued ? prefix.rest : prefix.first;
    if (shown === 0) return `${begin}${terminalLine(text, colour)}`;
    const more = text.slice(shown);
    if (!ownsLine(stream)) {
      stream.isContinued = true;
      return `${prefix.rest}${terminalLine(more, colour)}`;
    }
    if (!more.replace(/\r$/, "").includes("\r") && !/\r$/.test(text.slice(0, shown))) {
      return terminalLine(more, colour);
    }
    const whole = `${begin}${terminalLine(text, colour)}`;
    const fits = Bun.stringWidth(whole) < columnsOf(this.#fd) && !isDumb(this.#fd);
    return fits ? `\r\u001b[K${whole}` : `\n${prefix.rest}${terminalLine(more, colour)}`;
  }

  #later(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#showPaused(), PAUSE_MS);
    timer.unref();
    return timer;
  }

  #showPaused(): void {
    this.#timer = null;
    const now = performance.now();
    for (const stream of this.#streams.values()) {
      if (stream.text.length <= stream.shown) continue;
      // Who overwrites the line all the time shows how far it is, and need not pause.
      const isDue = now - stream.heardAt >= PAUSE_MS * 0.9 || stream.text.includes("\r");
      if (isDue) this.#showPart(stream);
      else this.#timer ??= this.#later();
    }
  }

  #showPart(stream: ScreenStream): void {
    const part = this.#continued(stream);
    writePart(this.#fd, Buffer.from(part), stream);
    // Only the last of several states that overwrite each other is needed later.
    const end = stream.text.replace(/\r+$/, "").lastIndexOf("\r") + 1;
    stream.text = stream.text.slice(end);
    stream.shown = stream.text.length;
  }
}
