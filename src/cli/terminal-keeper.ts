/**
 * The terminal of a run whose processes inherit it: what is typed is passed on while the job is in
 * the foreground, and afterwards the terminal is as it was, however the run ended. I/O.
 *
 * A child does it (native/launch/terminal.c), in this program's process group: then the kernel's job
 * control holds for it, and it is still there when this program was killed.
 */

import * as fs from "node:fs";
import { isTerminal } from "../host/is-terminal.ts";
import { launcherPath } from "../host/shim-path.ts";
import type { Plan } from "../plan/plan.ts";
import { STDERR, STDIN, STDOUT } from "./terminal.ts";

/** Where the child has its end of the pipe, for us to take. */
const TYPED_END_FD = 4;
const TAKE_TRIES = 2_000;
/** How long the terminal may take to be as it was, before this program ends all the same. */
const RESTORE_MS = 1_000;

export interface TerminalKeeper {
  /** The stdin of the run: a descriptor, or as `Bun.spawn` names it. */
  readonly stdin: number | "inherit" | "ignore";
  /** To be called once the run has its stdin. */
  handedOver(): void;
  /** Settles when the terminal is as it was before. */
  restored(): Promise<void>;
}

const NONE = { handedOver: () => {}, restored: async () => {} };

export function keepTerminal(plan: Plan): TerminalKeeper {
  const processes = plan.slots.flatMap(({ process }) => process ?? []);
  const inherits = (stream: "stdin" | "stdout" | "stderr") =>
    processes.some((each) => each[stream].kind === "inherit");
  const relays = inherits("stdin") && isTerminal(STDIN);
  const stdin = inherits("stdin") ? "inherit" : "ignore";
  const terminal = [
    ...(relays ? [STDIN] : []),
    ...(inherits("stdout") || inherits("stderr")
      ? [STDOUT, STDERR].filter((fd) => isTerminal(fd))
      : []),
  ][0];
  const launcher = launcherPath();
  if (terminal === undefined || launcher === null) return { stdin, ...NONE };
  return started(launcher, terminal, relays, stdin);
}

function started(
  launcher: string,
  terminal: number,
  relays: boolean,
  stdin: "inherit" | "ignore",
): TerminalKeeper {
  const child = Bun.spawn([launcher, relays ? "relay" : "keep"], {
    argv0: "sandbox-terminal",
    env: {},
    // Bun takes no other descriptor of its standard ones as stdin.
    stdio: [relays ? terminal : "ignore", relays ? "ignore" : terminal, "ignore", "pipe"],
  });
  child.unref();
  const socket = child.stdio[3] as unknown as number;
  const typed = relays ? takeEnd(child.pid) : null;
  if (relays) fs.writeSync(socket, "g");
  return {
    stdin: typed ?? stdin,
    handedOver: () => {
      if (typed !== null) fs.closeSync(typed);
    },
    restored: async () => {
      fs.closeSync(socket);
      await Promise.race([child.exited, Bun.sleep(RESTORE_MS)]);
    },
  };
}

/** The reading end of the child's pipe, once it is there. */
function takeEnd(pid: number): number {
  const path = `/proc/${pid}/fd/${TYPED_END_FD}`;
  for (let tries = 0; ; tries++) {
    try {
      return fs.openSync(path, "r");
    } catch (error) {
      if (tries === TAKE_TRIES) throw error;
      Bun.sleepSync(0.5);
    }
  }
}
