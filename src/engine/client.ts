/** A client of a run's control socket: commands to the monitor, each answered. I/O. */

import { dirname, join } from "node:path";
import type { EnumValue } from "../wire/enums.ts";
import { encodeCommand } from "../wire/frames.ts";
import type { LiveRun } from "./run-dir.ts";

export interface Command {
  readonly kind: EnumValue<"command_kind">;
  /** Left out: the whole run. */
  readonly slot?: number;
  /** Number of the signal, for `signal`. */
  readonly argument?: number;
}

/** Bytes of an answer: the errno of its command, 0 where it is carried out. */
const ANSWER_SIZE = 4;

/** Sends one command. The errno; null where the run has ended, or does not answer. */
export function sendCommand(run: LiveRun, { kind, ...rest }: Command): Promise<number | null> {
  const path = join(dirname(run.tablePath), "control");
  return new Promise((resolve) => {
    let answer = new Uint8Array(0);
    const socket = {
      open: (client: Bun.Socket) => void client.write(encodeCommand(kind, rest)),
      data: (client: Bun.Socket, chunk: Uint8Array) => {
        answer = new Uint8Array([...answer, ...chunk]);
        if (answer.length < ANSWER_SIZE) return;
        resolve(new DataView(answer.buffer).getUint32(0, true));
        client.end();
      },
      close: () => resolve(null),
      error: () => resolve(null),
      connectError: () => resolve(null),
    };
    Bun.connect({ unix: path, socket }).catch(() => resolve(null));
  });
}
