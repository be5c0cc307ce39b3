/**
 * A client of a run that others started, by its control socket. What a runner has is the same
 * protocol over a connection of its own (`monitor.ts`), with a lease. I/O.
 */

import { dirname, join } from "node:path";
import type { EnumValue } from "../wire/enums.ts";
import {
  type CommandFields,
  encodeCommand,
  type Frame,
  FrameReader,
  type LifeEnd,
  lifeEndOf,
} from "../wire/frames.ts";
import type { LiveRun } from "./run-dir.ts";

export interface Client {
  /** The errno of a command, 0 where it is carried out; null where the run has ended before. */
  ask(
    kind: EnumValue<"command_kind">,
    fields?: Omit<CommandFields, "request">,
  ): Promise<number | null>;
  /**
   * The process of a slot is to live again, in its next generation: 0, or EALREADY where it lives or
   * is going to, ESHUTDOWN where its sandbox is at its end, EOPNOTSUPP of a sandbox's own init, ESRCH of
   * a slot that is no process; null where the run has ended before. Who wants to see it live awaits
   * its events.
   */
  start(slot: number): Promise<number | null>;
  /** The same, and where it lives it is stopped first; EALREADY where it has not started yet. */
  restart(slot: number): Promise<number | null>;
  /**
   * How the present generation of a slot has ended, or without one the run, once it has. An errno where it
   * cannot be awaited (ESRCH: no such slot; EAGAIN: too many wait); null where the run has ended before.
   */
  wait(slot?: number): Promise<LifeEnd | number | null>;
  /** Between these no frames come; with a lease the run's output then waits, without one it is dropped. */
  pause(): void;
  resume(): void;
  /** Ends the connection, and with it a lease. */
  close(): void;
  /** The run has ended, or has turned this client away. */
  readonly closed: Promise<void>;
}

interface Answer {
  readonly errno: number;
  /** To a `wait` that could be. */
  readonly end: LifeEnd | null;
}

/**
 * Null where the run has ended. `onFrame` gets all that is subscribed to, in order; who is too slow for
 * output gets a frame `dropped` in its place.
 */
export async function connectTo(
  run: LiveRun,
  onFrame: (frame: Frame) => void = () => {},
): Promise<Client | null> {
  const answers = new Map<number, (answer: Answer | null) => void>();
  const reader = new FrameReader();
  const unsent: Uint8Array[] = [];
  const closing = Promise.withResolvers<void>();
  const take = (frame: Frame) => {
    if (frame.kind !== "answer" || frame.slot === null) return onFrame(frame);
    answers.get(frame.slot)?.({ errno: frame.value, end: lifeEndOf(frame) });
    answers.delete(frame.slot);
  };
  const end = () => {
    for (const answer of answers.values()) answer(null);
    answers.clear();
    unsent.length = 0;
    closing.resolve();
  };
  // A socket has space for some hundred commands that the monitor has not taken yet.
  const flush = (to: { write(bytes: Uint8Array): number }) => {
    for (let [next] = unsent; next !== undefined; [next] = unsent) {
      const size = to.write(next);
      if (size < 0) return end();
      unsent.shift();
      if (size < next.length) return void unsent.unshift(next.subarray(size));
    }
  };
  const socket = await Bun.connect({
    unix: join(dirname(run.tablePath), "control"),
    socket: {
      data: (_, chunk) => {
        for (const frame of reader.push(chunk)) take(frame);
      },
      drain: flush,
      close: end,
      error: end,
    },
  }).catch(() => null);
  if (socket === null) return null;
  let requests = 0;
  const send = (
    kind: EnumValue<"command_kind">,
    fields: Omit<CommandFields, "request">,
  ): Promise<Answer | null> => {
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    const request = ++requests;
    answers.set(request, resolve);
    unsent.push(encodeCommand(kind, { ...fields, request }));
    if (unsent.length === 1) flush(socket);
    return promise;
  };
  const ask: Client["ask"] = async (kind, fields = {}) => (await send(kind, fields))?.errno ?? null;
  return {
    ask,
    start: (slot) => ask("start", { slot }),
    restart: (slot) => ask("restart", { slot }),
    wait: async (slot) => {
      const answer = await send("wait", slot === undefined ? {} : { slot });
      return answer === null ? null : (answer.end ?? answer.errno);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.end(),
    closed: closing.promise,
  };
}
