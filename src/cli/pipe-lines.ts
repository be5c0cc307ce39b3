/**
 * Output of many processes into one pipe or file: every byte as it was, and before each line its
 * process's name. A line of any length stays whole, as long as the others can wait for it.
 */

import { ownsLine, write, writePart } from "./terminal.ts";

/** A longer line is passed on while it comes; until then it waits for its end. Bytes. */
const HELD_SIZE_MAX = 64 * 1024;

/** What others have to say while a line is passed on may grow to this. Then it is cut. Bytes. */
const WAITING_SIZE_MAX = 1024 * 1024;

const NEWLINE = 10;
const LINE_END = new Uint8Array([NEWLINE]);

export interface LinePrefix {
  /** The prefixes of a line, and of the rest of a line that had to be cut. */
  readonly first: string;
  readonly rest: string;
}

interface PipeStream {
  /** As it was given, and in characters that are bytes. */
  given: LinePrefix;
  prefix: LinePrefix;
  held: Uint8Array[];
  heldSize: number;
  isCut: boolean;
}

export class PipeLines {
  readonly #fd: number;
  readonly #streams = new Map<string, PipeStream>();
  /** Whose line is being passed on, its end not yet there. */
  #speaker: PipeStream | null = null;
  #waiting: Uint8Array[] = [];
  #waitingSize = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** An empty chunk is the end of the stream. The chunk may be used again afterwards. */
  push(key: string, prefix: LinePrefix, chunk: Uint8Array): void {
    const known = this.#streams.get(key);
    const stream = known ?? {
      given: prefix,
      prefix: bytewise(prefix),
      held: [],
      heldSize: 0,
      isCut: false,
    };
    if (known === undefined) this.#streams.set(key, stream);
    if (stream.given !== prefix) stream.prefix = bytewise(prefix);
    stream.given = prefix;
    this.#noticeCut();
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#lines(stream, joined([...taken(stream), chunk.subarray(0, end)]));
    if (end < chunk.length) this.#hold(stream, chunk.slice(end));
    if (chunk.length === 0) this.#close(stream);
  }

  /** Last lines that have no newline. */
  flush(): void {
    for (const stream of this.#streams.values()) {
      this.#noticeCut();
      this.#close(stream);
    }
  }

  /** A report, for one, may have ended the line that is being passed on. */
  #noticeCut(): void {
    if (this.#speaker === null || ownsLine(this.#speaker)) return;
    this.#speaker.isCut = true;
    this.#giveFloor();
  }

  #close(stream: PipeStream): void {
    if (stream.heldSize > 0 || stream === this.#speaker) {
      this.#lines(stream, joined([...taken(stream), LINE_END]));
    }
  }

  /** `bytes` end with a newline. */
  #lines(stream: PipeStream, bytes: Uint8Array): void {
    let rest = bytes;
    if (stream === this.#speaker) {
      const end = bytes.indexOf(NEWLINE) + 1;
      write(this.#fd, bytes.slice(0, end), stream);
      this.#giveFloor();
      rest = bytes.subarray(end);
    }
    if (rest.length === 0) return;
    this.#say(prefixed(stream, rest));
  }

  #say(bytes: Uint8Array): void {
    if (this.#speaker === null) {
      write(this.#fd, bytes);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingSize += bytes.length;
    if (this.#waitingSize > WAITING_SIZE_MAX) this.#cut();
  }

  /** The beginning of a line. */
  #hold(stream: PipeStream, bytes: Uint8Array): void {
    stream.held.push(bytes);
    stream.heldSize += bytes.length;
    if (stream === this.#speaker) {
      writePart(this.#fd, joined(taken(stream)), stream);
      return;
    }
    if (stream.heldSize <= (this.#speaker === null ? HELD_SIZE_MAX : WAITING_SIZE_MAX)) return;
    this.#cut();
    writePart(this.#fd, prefixed(stream, joined(taken(stream))), stream);
    this.#speaker = stream;
  }

  /** Ends the line that is being passed on; its rest comes behind a prefix of its own. */
  #cut(): void {
    if (this.#speaker === null) return;
    write(this.#fd, LINE_END, this.#speaker);
    this.#speaker.isCut = true;
    this.#giveFloor();
  }

  #giveFloor(): void {
    this.#speaker = null;
    if (this.#waitingSize > 0) write(this.#fd, joined(this.#waiting));
    this.#waiting = [];
    this.#waitingSize = 0;
  }
}

function taken(stream: PipeStream): Uint8Array[] {
  const { held } = stream;
  stream.held = [];
  stream.heldSize = 0;
  return held;
}

/** A copy, whatever becomes of the parts. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Its bytes as characters: then bytes of a process need no decoding to stand beside them. */
function bytewise({ first, rest }: LinePrefix): LinePrefix {
  const latin = (text: string) => Buffer.from(text).toString("latin1");
  return { first: latin(first), rest: latin(rest) };
}

/** One pass of native code over the whole: a loop over lines in TypeScript takes ten times as long. */
function prefixed(stream: PipeStream, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const { first, rest } = stream.prefix;
  const begin = stream.isCut ? rest : first;
  stream.isCut = false;
  const isWhole = bytes[bytes.length - 1] === NEWLINE;
  const inner = isWhole ? text.slice(0, -1) : text;
  const lines = inner.replaceAll("\n", `\n${first}`);
  return Buffer.from(`${begin}${lines}${isWhole ? "\n" : ""}`, "latin1");
}
