/**
 * Writing to one of this program's streams, whole and in order, without ever waiting: what the
 * reader cannot take yet is kept, and goes out as the event loop turns. So no reader that stands
 * still can keep a signal or a timer from its turn. I/O.
 */

import * as fs from "node:fs";
import { isTerminal } from "../host/is-terminal.ts";

/**
 * How often a terminal is asked whether it takes more: so many times at once, since one that is being
 * read has soon, and then after so long.
 */
const RETRIES_AT_ONCE = 50;
const RETRY_MS = 5;

/** More than this is not for the writer to add to: it should wait. Bytes. */
const FULL_SIZE = 256 * 1024;

/** Writes a part: how many bytes went out, now or later. Throws, or rejects, with a `code`. */
type Writer = (bytes: Uint8Array) => number | Promise<number>;

export class Output {
  readonly #fd: number;
  #writer: Writer | null = null;
  readonly #queue: Uint8Array[] = [];
  #size = 0;
  #pending: Promise<void> | null = null;
  #isAbandoned = false;
  /** Who is to hear that nothing is pending any more. */
  #waiting: (() => void)[] = [];
  /** Why what was written is not all there: the name of the errno. EPIPE: nobody reads any more. */
  loss: string | null = null;
  /** Bytes that have gone out. */
  written = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The bytes are kept until they are out: they must not change. */
  write(bytes: Uint8Array): void {
    if (this.loss !== null || this.#isAbandoned || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#size += bytes.length;
    if (this.#pending === null) this.#pump();
  }

  get isFull(): boolean {
    return this.#size >= FULL_SIZE;
  }

  /** Settles once everything is out, is lost, or was abandoned. */
  async drained(): Promise<void> {
    if (this.#pending === null || this.#isAbandoned) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** What is not out is given up, and so is everything that comes later. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#drop();
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #drop(): void {
    this.#queue.length = 0;
    this.#size = 0;
  }

  /** Writes until no more is taken, and then goes on when it is. */
  #pump(): void {
    this.#pending = null;
    try {
      for (let [next] = this.#queue; next !== undefined; [next] = this.#queue) {
        this.#writer ??= writerOf(this.#fd);
        const done = this.#writer(next);
        if (typeof done !== "number") {
          this.#pending = done.then(
            (late) => {
              this.#advance(late);
              this.#pump();
            },
            (error) => this.#fail(error),
          );
          return;
        }
        this.#advance(done);
      }
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }

  #advance(done: number): void {
    const [first] = this.#queue;
    if (first === undefined) return;
    this.#size -= done;
    this.written += done;
    if (done >= first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(done);
  }

  #fail(error: unknown): void {
    this.#pending = null;
    this.loss = (error as NodeJS.ErrnoException).code ?? "unknown";
    this.#drop();
    this.#wake();
  }
}

function writerOf(fd: number): Writer {
  const status = fs.fstatSync(fd);
  if (status.isFIFO() || status.isSocket()) return streamWriter(fd);
  if (isTerminal(fd)) return terminalWriter(fd);
  return (bytes) => fs.writeSync(fd, bytes);
}

/** Bun writes to these without waiting, though others may share them and expect to wait. */
function streamWriter(fd: number): Writer {
  const sink = Bun.file(fd).writer();
  return (bytes) => {
    const taken = sink.write(bytes);
    const flushed = sink.flush();
    if (typeof taken === "number" && typeof flushed === "number") return bytes.length;
    return Promise.all([taken, flushed]).then(() => bytes.length);
  };
}

/**
 * Through a description of its own, since that of a terminal is shared with the shell and with who
 * reads from it. Where it is another user's and cannot be opened, writing may wait.
 */
function terminalWriter(fd: number): Writer {
  let own = fd;
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants;
    own = fs.openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    // As after su(1).
  }
  let retries = 0;
  return (bytes) => {
    try {
      const done = fs.writeSync(own, bytes);
      retries = 0;
      return done;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      const isSoon = retries++ < RETRIES_AT_ONCE;
      return new Promise((resolve) => {
        if (isSoon) setImmediate(resolve, 0);
        else setTimeout(resolve, RETRY_MS, 0);
      });
    }
  };
}
