/** What is kept of a run's output, of many slots in the order of time. I/O. */

import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { type LogHead, slotLog, slotSpan } from "../wire/logs.ts";
import { TABLE_HEADER_SIZE } from "../wire/table.ts";
import type { LiveRun } from "./run-dir.ts";
import { type LogPiece, SlotReader } from "./slot-reader.ts";

interface Next {
  readonly reader: SlotReader;
  readonly slot: number;
  readonly head: LogHead;
}

export class RunLogs {
  readonly #tableFd: number;
  readonly #readers: ReadonlyMap<number, SlotReader>;

  /**
   * `slots` by their numbers, each with the position to begin at, as of an earlier piece's end or 0.
   * Null where the run's directory is gone.
   */
  static open(run: LiveRun, slots: ReadonlyMap<number, number>): RunLogs | null {
    try {
      return new RunLogs(run, slots, fs.openSync(run.tablePath, "r"));
    } catch {
      return null;
    }
  }

  private constructor(run: LiveRun, slots: ReadonlyMap<number, number>, tableFd: number) {
    const directory = join(dirname(run.tablePath), "logs");
    const header = new Uint8Array(TABLE_HEADER_SIZE);
    fs.readSync(tableFd, header, 0, header.length, 0);
    this.#tableFd = tableFd;
    this.#readers = new Map(
      [...slots].map(([slot, position]) => {
        const { offset, size } = slotSpan(header, slot);
        const record = new Uint8Array(size);
        const words = () => {
          fs.readSync(tableFd, record, 0, size, offset);
          return slotLog(record);
        };
        return [slot, new SlotReader(directory, slot, words, position)];
      }),
    );
  }

  reader(slot: number): SlotReader | undefined {
    return this.#readers.get(slot);
  }

  /**
   * What has been kept since the last call, of each slot in order and of all by time. `isOver`: the monitor
   * has ended; what is missing at a slot's end is then said by a piece without bytes.
   */
  *pieces(isOver: boolean): Generator<LogPiece> {
    const waiting: Next[] = [];
    for (const [slot, reader] of this.#readers) add(waiting, reader, slot, isOver);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const piece = next.reader.take(next.head);
      if (piece !== null) yield piece;
      add(waiting, next.reader, next.slot, isOver);
    }
    if (!isOver) return;
    for (const [slot, reader] of this.#readers) {
      const missing = reader.missingAtEnd();
      if (missing > 0) yield endOf(slot, reader, missing);
    }
  }

  /** The same of one slot. */
  *piecesOf(slot: number): Generator<LogPiece> {
    const reader = this.#readers.get(slot);
    for (let head = reader?.peek(false); reader && head; head = reader.peek(false)) {
      const piece = reader.take(head);
      if (piece !== null) yield piece;
    }
  }

  close(): void {
    fs.closeSync(this.#tableFd);
  }
}

/** Keeps `waiting` in the order of time, the earliest last. */
function add(waiting: Next[], reader: SlotReader, slot: number, isOver: boolean): void {
  const head = reader.peek(isOver);
  if (head === null) return;
  let [from, to] = [0, waiting.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((waiting[middle]?.head.atMs ?? 0) > head.atMs) from = middle + 1;
    else to = middle;
  }
  waiting.splice(from, 0, { reader, slot, head });
}

function endOf(slot: number, reader: SlotReader, missing: number): LogPiece {
  const position = reader.position + missing;
  reader.skipTo(position);
  return {
    slot,
    missing,
    position,
    stream: "stdout",
    isContinued: false,
    atMs: Date.now(),
    bytes: new Uint8Array(0),
  };
}
