/**
 * Signals to a run in the foreground: the first stops it in order, the next one kills it; at last
 * this program ends by the first itself, so that a shell's loop ends too. I/O.
 */

import { ignoresHangUp } from "../host/launch.ts";
import { abandonOutput, drained, writtenBytes } from "./terminal.ts";

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof NAMES)[number];

/** How long readers of the output may stand still once nothing else is waited for. */
const PATIENCE_MS = 2_000;
/** The same after a second signal. */
const LAST_PATIENCE_MS = 300;
const LOOK_MS = 100;

/** What a signal acts on, from when there is a run. */
export interface Stoppable {
  stop(): void;
  kill(): void;
  /** Whether all of its processes have ended, though their last output may not have been read. */
  hasEnded(): boolean;
}

/** The first that came, once one did. */
let first: StopSignal | null = null;

export class UpSignals {
  #target: Stoppable | null = null;
  #count = 0;
  readonly #said: (name: StopSignal, count: number) => void;

  /**
   * `said` hears of each signal. SIGHUP stays ignored where nohup(1) has it so; SIGINT does not: a
   * script's shell ignores it for each program that it starts with `&`, and a stop must reach it.
   */
  constructor(said: (name: StopSignal, count: number) => void) {
    this.#said = said;
    for (const name of NAMES) {
      if (name !== "SIGHUP" || !ignoresHangUp()) process.on(name, () => this.#take(name));
    }
  }

  get count(): number {
    return this.#count;
  }

  /** A signal that came before now acts at once. */
  actOn(target: Stoppable): void {
    this.#target = target;
    if (this.#count > 0) target.stop();
  }

  #take(name: StopSignal): void {
    this.#count++;
    if (first === null) this.#watchReaders();
    first ??= name;
    this.#said(name, this.#count);
    if (this.#count > 1) this.#target?.kill();
    else this.#target?.stop();
  }

  /** A reader that stands still must not keep a user who wants to leave. */
  #watchReaders(): void {
    let written = writtenBytes();
    let since = performance.now();
    const timer = setInterval(() => {
      const now = writtenBytes();
      if (now !== written) since = performance.now();
      written = now;
      const stoodMs = performance.now() - since;
      const isLast = this.#count > 1 && stoodMs >= LAST_PATIENCE_MS;
      if (isLast || (stoodMs >= PATIENCE_MS && (this.#target?.hasEnded() ?? true))) {
        abandonOutput();
        clearInterval(timer);
      }
    }, LOOK_MS);
    timer.unref();
  }
}

/** Ends this program by the signal that ended the run; returns where there was none. */
export async function endBySignal(): Promise<void> {
  if (first === null) return;
  await drained();
  process.removeAllListeners(first);
  process.kill(process.pid, first);
}
