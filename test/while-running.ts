/** Runs of the real command that end with their test, however it ends. */

import type { Report } from "../src/report/report.ts";
import { commandFor, environmentFor, sandbox, type User } from "./sandbox.ts";

/** The kernel kills the command with this process, so that a test that is killed leaves no run. */
const DIES_WITH_TESTS = ["setpriv", "--pdeathsig", "KILL"];
/** How long a run may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 20_000;

/** A run in progress. `await using run = await startRun(…)` ends it with the block around. */
export interface LiveRun {
  /** The report once everything had started. */
  readonly report: Report;
  /** PID of the command. */
  readonly pid: number;
  /** Everything printed until the end; ends with the run. */
  readonly rest: () => Promise<string>;
  /** The exit code. */
  readonly exited: Promise<number>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts `up --json` with further arguments, and awaits its first report. */
export async function startRun(
  user: User,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<LiveRun> {
  sandbox(user, "version"); // makes the user's directories
  // After the change of user, which clears the signal. Source: PR_SET_PDEATHSIG(2const).
  const command = commandFor({ ...user, prefix: [...user.prefix, ...DIES_WITH_TESTS] }, [
    ...["up", "--json", ...args],
  ]);
  const child = Bun.spawn(command, {
    env: { ...environmentFor(user), ...more },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const output = new Output(child.stdout);
  const stop = async (signal: NodeJS.Signals = "SIGINT") => {
    child.kill(signal);
    const killer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await output.rest();
    clearTimeout(killer);
    return child.exited;
  };
  try {
    return {
      report: JSON.parse(await output.line()) as Report,
      pid: child.pid,
      rest: () => output.rest(),
      exited: child.exited,
      stop,
      [Symbol.asyncDispose]: async () => {
        if (child.exitCode === null) await stop();
      },
    };
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  }
}

/** Kills a process at the end of the block: `using _ = killedAtEnd(child)`. */
export function killedAtEnd(child: { kill: (signal: "SIGKILL") => void }): Disposable {
  return { [Symbol.dispose]: () => child.kill("SIGKILL") };
}

/** What a command prints, a line first and then all. */
class Output {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The first line; throws where the command ends before it. */
  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      if (!(await this.#read())) throw new Error(`no report: ${this.#text}`);
    }
    return this.#text.slice(0, this.#text.indexOf("\n"));
  }

  async rest(): Promise<string> {
    while (await this.#read());
    return this.#text;
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (!done) this.#text += this.#decoder.decode(value, { stream: true });
    return !done;
  }
}

/**
 * Runs a spec, gives the first report and the command's PID to `during`, and awaits the end.
 * `during` is to end the run in some way. Returns the exit code.
 */
export async function whileRunning(
  user: User,
  spec: string,
  during: (report: Report, cli: number) => void | Promise<void>,
  ...options: string[]
): Promise<number> {
  await using run = await startRun(user, ["--for", "60s", ...options, spec]);
  await during(run.report, run.pid);
  await run.rest();
  return run.exited;
}
