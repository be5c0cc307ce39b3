/**
 * A client of a run that others started, by its control socket. What a runner has is the same
 * protocol over a connection of its own (`monitor.ts`), with a lease. I/O.
 */

import { dirname, join } from "node:path";
import type { EnumValue } from "../wire/enums.ts";
import { type CommandFields, encodeCommand, type Frame, FrameReader } from "../wire/frames.ts";
import type { LiveRun } from "./run-dir.ts";

export interface Client {
  /** The errno of a command, 0 where it is carried out; null where the run has ended before. */
  ask(
    kind: EnumValue<"command_kind">,
    fields?: Omit<CommandFields, "request">,
  ): Promise<number | null>;
  /** Between these no frames come; with a lease the run's output then waits, without one it is dropped. */
  pause(): void;
  resume(): void;
  /** Ends the connection, and with it a lease. */
  close(): void;
  /** The run has ended, or has turned this client away. */
  readonly closed: Promise<void>;
}

/**
 * Null where the run has ended. `onFrame` gets all that is subscribed to, in order; who is too slow for
 * output gets a frame `dropped` in its place.
 */
export async function connectTo(
  run: LiveRun,
  onFrame: (frame: Frame) => void = () => {},
): Promise<Client | null> {
  const answers = new Map<number, (errno: number | null) => void>();
  const reader = new FrameReader();
  const closing = Promise.withResolvers<void>();
  const take = (frame: Frame) => {
    if (frame.kind !== "answer" || frame.slot === null) return onFrame(frame);
    answers.get(frame.slot)?.(frame.value);
    answers.delete(frame.slot);
  };
  const end = () => {
    for (const answer of answers.values()) answer(null);
    answers.clear();
    closing.resolve();
  };
  const socket = await Bun.connect({
    unix: join(dirname(run.tablePath), "control"),
    socket: {
      data: (_, chunk) => {
        for (const frame of reader.push(chunk)) take(frame);
      },
      close: end,
      error: end,
    },
  }).catch(() => null);
  if (socket === null) return null;
  let requests = 0;
  return {
    ask: (kind, fields = {}) => {
      const { promise, resolve } = Promise.withResolvers<number | null>();
      const request = ++requests;
      answers.set(request, resolve);
      // A command is smaller than any socket's buffer.
      if (socket.write(encodeCommand(kind, { ...fields, request })) <= 0) end();
      return promise;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.end(),
    closed: closing.promise,
  };
}
