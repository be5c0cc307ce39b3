/** Reading what is kept of one slot's output, while it grows and is rotated. I/O. */

import * as fs from "node:fs";
import { join } from "node:path";
import { LOG_FILE_COUNT } from "../base/log-limits.ts";
import { LOG_HEAD_SIZE, type LogHead, logHead, type SlotLog } from "../wire/logs.ts";

/** A part of a slot's output, as the monitor has read it from a pipe. */
export interface LogPiece extends Omit<LogHead, "size"> {
  readonly slot: number;
  /** Bytes right before it, of whichever stream, that are not kept. */
  readonly missing: number;
  /** None: the stream has ended within a line, or nothing but what is missing comes before the end. */
  readonly bytes: Uint8Array;
}

/** What a frame and those behind it take, where processes print lines. */
const READ_SIZE = 16 * 1024;

/** A process of the same user could have put something else there: it is not waited for. */
const FLAGS = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

/**
 * Goes from file to file. No descriptor stays open, so there can be one of these for each of many
 * thousand slots.
 */
export class SlotReader {
  readonly #directory: string;
  readonly #slot: number;
  readonly #words: () => SlotLog;
  /** The file that is being read; 0: none yet. */
  #number = 0;
  #offset = 0;
  /** Bytes of that file from `#chunkAt` on, and how long it was. */
  #chunk = new Uint8Array(0);
  #chunkAt = 0;
  #fileSize = 0;
  #position: number;

  /** `words` reads those of the slot in the table; `position` is where to begin. */
  constructor(directory: string, slot: number, words: () => SlotLog, position: number) {
    this.#directory = directory;
    this.#slot = slot;
    this.#words = words;
    this.#position = position;
  }

  /** Where the next piece begins, or later where something is missing. */
  get position(): number {
    return this.#position;
  }

  /** What comes before `position` was had elsewhere. */
  skipTo(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /**
   * The head of the next frame that is wholly there; null: there is none now. `isOver`: nobody writes any
   * more, so a frame that was cut counts as far as it goes.
   */
  peek(isOver: boolean): LogHead | null {
    for (;;) {
      // Before the file is read: one that is not the newest by then does not grow.
      const { newest } = this.#words();
      if (newest === 0) return null;
      if (this.#number === 0) this.#begin(Math.max(1, newest - LOG_FILE_COUNT + 1));
      const head = this.#headHere(isOver && this.#number >= newest);
      if (head === null) {
        if (this.#number >= newest) return null;
        this.#begin(this.#number + 1);
      } else if (this.#isKnown(head)) {
        this.#offset += LOG_HEAD_SIZE + head.size;
      } else {
        return head;
      }
    }
  }

  /** The piece of the frame that was peeked at; null where its file has been removed meanwhile. */
  take(head: LogHead): LogPiece | null {
    const whole = this.#read(this.#offset + LOG_HEAD_SIZE, head.size);
    if (whole.length < head.size) return null;
    this.#offset += LOG_HEAD_SIZE + head.size;
    const { size: _, ...rest } = head;
    const known = Math.max(0, this.#position - head.position);
    const missing = Math.max(0, head.position - this.#position);
    this.#position = head.position + head.size;
    const position = head.position + known;
    return { ...rest, position, slot: this.#slot, missing, bytes: whole.slice(known) };
  }

  /** Once all pieces have been taken and nobody writes any more: how much of the end is not kept. */
  missingAtEnd(): number {
    return Math.max(0, this.#words().size - this.#position);
  }

  #isKnown({ position, size }: LogHead): boolean {
    const end = position + size;
    return end < this.#position || (end === this.#position && size > 0);
  }

  #begin(number: number): void {
    this.#number = number;
    this.#offset = 0;
    this.#chunk = new Uint8Array(0);
  }

  #headHere(isLast: boolean): LogHead | null {
    const head = logHead(this.#read(this.#offset, LOG_HEAD_SIZE), this.#slot);
    if (head !== null && this.#bytesAfterHead() >= head.size) return head;
    // The file has grown since, or a frame that found no space has been cut.
    this.#fill(this.#offset, READ_SIZE);
    const now = logHead(this.#read(this.#offset, LOG_HEAD_SIZE), this.#slot);
    const there = this.#bytesAfterHead();
    if (now === null || there >= now.size) return now;
    return isLast && there > 0 ? { ...now, size: there } : null;
  }

  #bytesAfterHead(): number {
    return this.#fileSize - this.#offset - LOG_HEAD_SIZE;
  }

  /** Fewer bytes where the file has no more, or is gone. */
  #read(offset: number, size: number): Uint8Array {
    const at = offset - this.#chunkAt;
    if (at < 0 || at + size > this.#chunk.length) this.#fill(offset, Math.max(size, READ_SIZE));
    const from = offset - this.#chunkAt;
    return this.#chunk.subarray(from, from + size);
  }

  #fill(offset: number, size: number): void {
    this.#chunkAt = offset;
    this.#chunk = new Uint8Array(0);
    this.#fileSize = 0;
    let fd: number;
    try {
      fd = fs.openSync(join(this.#directory, `${this.#slot}.${this.#number}`), FLAGS);
    } catch {
      return; // It has been removed, as the oldest; or it could not be made.
    }
    try {
      this.#fileSize = fs.fstatSync(fd).size;
      const chunk = new Uint8Array(Math.max(0, Math.min(size, this.#fileSize - offset)));
      this.#chunk = chunk.subarray(0, fs.readSync(fd, chunk, 0, chunk.length, offset));
    } finally {
      fs.closeSync(fd);
    }
  }
}
