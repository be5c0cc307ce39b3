/** What a run prints, from what is kept of it on to its end, without gap or doubling. I/O. */

import { type Frame, isContinued, streamOf, subscriptions } from "../wire/frames.ts";
import { connectTo } from "./client.ts";
import { hasEnded, type LiveRun } from "./run-dir.ts";
import { RunLogs } from "./run-logs.ts";
import type { LogPiece } from "./slot-reader.ts";

export interface FollowOptions {
  /** Slots, each with the position to begin at: 0, or where an earlier piece ended. */
  readonly slots: ReadonlyMap<number, number>;
  /** Processes wait on their pipes while this reader is behind; else it goes on from what is kept. */
  readonly isWaitedFor?: boolean;
  /** Ends the reading; what has come by then is not lost to who reads on from its last piece. */
  readonly signal?: AbortSignal;
}

/** `refused`: the run goes on, and has let go of this reader, or never let it in. */
export type FollowEnd = "ended" | "aborted" | "refused";

/** Frames that may wait here; while there are more, the connection is not read. Bytes. */
const QUEUE_SIZE_MAX = 1024 * 1024;

/**
 * The monitor keeps a frame before it sends it, and each says its position. So what a reader has not
 * got by its connection is in the files, or is missing there, too. Of a run that keeps none, output comes
 * from the moment of the call on. Ends with the run.
 */
export async function* followLogs(
  run: LiveRun,
  options: FollowOptions,
): AsyncGenerator<LogPiece, FollowEnd> {
  const { slots, isWaitedFor = false, signal } = options;
  const logs = RunLogs.open(run, slots);
  if (logs === null) return "ended";
  const queue = new FrameQueue();
  const client = await connectTo(run, (frame) => queue.push(frame));
  try {
    if (client !== null) {
      queue.onFull = (isFull) => (isFull ? client.pause() : client.resume());
      void client.closed.then(() => queue.end());
      signal?.addEventListener("abort", () => queue.end());
      if (isWaitedFor) await client.ask("lease");
      const [slot, ...others] = slots.keys();
      const one = slot !== undefined && others.length === 0 ? { slot } : {};
      await client.ask("subscribe", { ...one, argument: subscriptions("output") });
      yield* logs.pieces(false);
      for await (const frame of queue.frames()) yield* piecesOf(frame, logs);
    }
    if (signal?.aborted) return "aborted";
    const isOver = hasEnded(run);
    yield* logs.pieces(isOver);
    return isOver ? "ended" : "refused";
  } finally {
    client?.close();
    logs.close();
  }
}

/** What of a frame is new, and what comes before it. */
function* piecesOf(frame: Frame, logs: RunLogs): Generator<LogPiece> {
  const { kind, slot, position, atMs, bytes } = frame;
  if (kind === "dropped") yield* logs.pieces(false);
  const reader = slot === null ? undefined : logs.reader(slot);
  if (kind !== "log" || slot === null || reader === undefined) return;
  if (position > reader.position) yield* logs.piecesOf(slot);
  const end = position + bytes.length;
  const known = reader.position - position;
  if (end < reader.position || (end === reader.position && bytes.length > 0)) return;
  reader.skipTo(end);
  yield {
    slot,
    stream: streamOf(frame),
    isContinued: isContinued(frame),
    position: position + Math.max(0, known),
    atMs,
    missing: Math.max(0, -known),
    bytes: known > 0 ? bytes.subarray(known) : bytes,
  };
}

/** Frames that have come and have not been looked at. */
class FrameQueue {
  #frames: Frame[] = [];
  #size = 0;
  #isOver = false;
  #awake: () => void = () => {};
  onFull: (isFull: boolean) => void = () => {};

  push(frame: Frame): void {
    this.#frames.push({ ...frame, bytes: frame.bytes.slice() });
    this.#size += frame.bytes.length;
    if (this.#size > QUEUE_SIZE_MAX) this.onFull(true);
    this.#awake();
  }

  end(): void {
    this.#isOver = true;
    this.#awake();
  }

  async *frames(): AsyncGenerator<Frame> {
    for (;;) {
      const frames = this.#frames;
      this.#frames = [];
      this.#size = 0;
      this.onFull(false);
      yield* frames;
      if (this.#frames.length > 0) continue;
      if (this.#isOver) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#awake = resolve;
      await promise;
    }
  }
}
