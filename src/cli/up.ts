/** `sandbox up`: checks, plans, runs, reports. */

import * as fs from "node:fs";
import { durationMs } from "../base/duration.ts";
import { EXIT } from "../base/exit-codes.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import { type Monitor, startMonitor } from "../engine/monitor.ts";
import { obstaclesTo } from "../engine/obstacles.ts";
import { createRunDir, type RunDir, type RunDirResult, removeRunDir } from "../engine/run-dir.ts";
import { shimEnvironment } from "../engine/shim-environment.ts";
import { isTerminal } from "../host/is-terminal.ts";
import { fixOf } from "../host/limit-obstacles.ts";
import { shimPath } from "../host/shim-path.ts";
import { streamOf } from "../wire/frames.ts";
import { decodeTable, type StateTable } from "../wire/table.ts";
import { type Compiled, compileFile } from "./compile.ts";
import { obstacleDiagnostics } from "./obstacle-diagnostics.ts";
import { Prefixer } from "./prefixer.ts";
import { NO_SOURCES, printDiagnostics, printQuoting, refuse } from "./print.ts";
import { Progress } from "./progress.ts";
import {
  drained,
  hideStatus,
  isFull,
  lossOf,
  muteStatus,
  STDERR,
  STDOUT,
  showStatus,
  write,
} from "./terminal.ts";
import { keepTerminal, type TerminalKeeper } from "./terminal-keeper.ts";
import { isForProgram, type UpOptions } from "./up-options.ts";
import { UpReports } from "./up-reports.ts";
import { type StopSignal, UpSignals } from "./up-signals.ts";

/** As of the names in a spec: it is the name of a directory. */
const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** A spec of more bytes takes more than 100 ms to be checked. */
const LONG_SPEC_SIZE = 32 * 1024;

export async function run(file: string, options: UpOptions): Promise<number> {
  const forMs = options.for === undefined ? null : durationMs(options.for);
  if (options.for !== undefined && forMs === null) {
    return usage(`--for ${options.for} is no duration: write 250ms, 5s, 2m or 1h`);
  }
  if (options.name !== undefined && !RUN_NAME.test(options.name)) {
    return usage(`--name ${options.name}: write letters, digits, "-" and "_", at most 64`);
  }
  if (options.format === "timeline" && !options.trace) {
    return usage("--format timeline shows what --trace records: add --trace");
  }
  if (options.quiet) muteStatus();
  if (isLong(file)) showStatus(`checking ${file}`);
  const compiled = await compileFile(file, options);
  hideStatus();
  if (typeof compiled === "number") return compiled;
  const { plan, image } = compiled;
  const from = options.exitCodeFrom;
  if (from !== undefined && !plan.slots.some(({ path }) => path === from)) {
    return usage(`--exit-code-from ${from}: the plan has no process of this path`);
  }
  const obstacles = obstacleDiagnostics(obstaclesTo(plan));
  if (obstacles.length > 0) {
    printQuoting(obstacles, compiled.load);
    return EXIT.host;
  }
  const shim = shimPath();
  if (shim === null) {
    const help = "build it with `npm run native`, or name it with SANDBOX_SHIM";
    return refuse(diagnostic("SBX3001", null, "the native shim is not built", { help }));
  }
  // Before anything is made, so that a signal finds somebody who removes it again.
  const signals = new UpSignals(options.quiet ? () => {} : sayStop);
  let up: Up | null = null;
  const made = createRunDir(options.name ?? plan.sandbox, options.name !== undefined, image);
  if (!made.ok) {
    return refuseDirectory(made);
  }
  if (!options.quiet && options.name === undefined && made.dir.name !== plan.sandbox) {
    write(STDERR, `another run is "${plan.sandbox}"; this one is "${made.dir.name}"\n`);
  }
  try {
    up = new Up(compiled, options, made.dir, shim, forMs, signals);
  } catch (error) {
    removeRunDir(made.dir);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const help =
      fixOf(code) ?? "raise the limits of descriptors and processes (ulimit -n, ulimit -u)";
    return refuse(diagnostic("SBX3001", null, `the shim cannot be started (${code})`, { help }));
  }
  try {
    return await up.toEnd();
  } finally {
    removeRunDir(made.dir);
  }
}

/** Why there is no directory for the run; a name that is taken is a mistake on the command line. */
function refuseDirectory({ reason, detail }: RunDirResult & { readonly ok: false }): number {
  if (reason === "name-in-use") {
    const help = "choose another --name";
    const why = `a run with the name "${detail}" is going on`;
    printDiagnostics([diagnostic("SBX4007", null, why, { help })], NO_SOURCES);
    return EXIT.usage;
  }
  const help =
    fixOf(/\b(E[A-Z]+)\b/.exec(detail)?.[1] ?? "") ??
    "set XDG_RUNTIME_DIR to a directory of your own with free space";
  return refuse(
    diagnostic("SBX3005", null, `nothing can be written for this run (${detail})`, { help }),
  );
}

/** Whether to check it takes more than a moment. */
function isLong(file: string): boolean {
  return (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONG_SPEC_SIZE;
}

function sayStop(name: StopSignal, count: number): void {
  if (name !== "SIGINT" || !isTerminal(STDERR)) return;
  write(STDERR, count > 1 ? "\nkilling\n" : "\nstopping (Ctrl-C again kills)\n");
}

function usage(message: string): number {
  write(STDERR, `error: ${message}\n`);
  return EXIT.usage;
}

/** One run in the foreground. */
class Up {
  readonly #monitor: Monitor;
  readonly #prefixer: Prefixer;
  readonly #levels: readonly number[];
  readonly #forMs: number | null;
  readonly #signals: UpSignals;
  readonly #terminal: TerminalKeeper;
  readonly #progress: Progress;
  readonly #reports: UpReports;
  #hasEnded = false;
  #isUnread = false;

  constructor(
    compiled: Compiled,
    options: UpOptions,
    dir: RunDir,
    shim: string,
    forMs: number | null,
    signals: UpSignals,
  ) {
    this.#signals = signals;
    this.#forMs = forMs;
    this.#levels = compiled.plan.slots.map(({ level }) => level);
    this.#prefixer = new Prefixer(
      compiled.plan.slots.map(({ path }) => path),
      { ...options, out: isForProgram(options) ? STDERR : STDOUT },
    );
    // The monitor removes the file's name at the end of the run.
    const traceFd = options.trace ? fs.openSync(dir.tracePath, "w+", 0o600) : null;
    this.#terminal = keepTerminal(compiled.plan);
    this.#monitor = startMonitor({
      shim,
      image: dir.planPath,
      env: shimEnvironment(compiled.plan),
      specDir: compiled.dir,
      stdin: this.#terminal.stdin,
      runDir: dir.path,
      stdoutFd: isForProgram(options) ? STDERR : STDOUT,
      tableFd: dir.tableFd,
      traceFd,
      isVerbose: options.verbose ?? false,
    });
    this.#terminal.handedOver();
    this.#reports = new UpReports({ compiled, options, traceFd, table: () => this.#table() });
    this.#progress = new Progress(compiled.plan, () => this.#table());
    const { stop, kill } = this.#monitor;
    signals.actOn({
      stop: () => {
        stop({ interrupts: true });
        this.#progress.soon();
      },
      kill,
      hasEnded: () => this.#isOver(),
    });
  }

  async toEnd(): Promise<number> {
    for await (const frame of this.#monitor.frames) {
      if (frame.kind === "log" && frame.slot !== null) {
        this.#prefixer.push(frame.slot, streamOf(frame), frame);
      } else if (frame.kind === "started") await this.#started();
      else if (frame.kind === "ended") this.#hasEnded = true;
      // While its reader is behind, no more is taken from the monitor, nor by it from the run.
      if (isFull(STDOUT) || isFull(STDERR)) await drained();
      this.#stopUnread();
    }
    this.#prefixer.flush();
    const code = await this.#monitor.exited;
    this.#progress.end();
    await this.#terminal.restored();
    // The last frame may not have come through where output stood still; the table says it too.
    const hasEnded = this.#hasEnded || this.#table()?.phase === "ended";
    return hasEnded
      ? await this.#reports.ended(code)
      : await this.#reports.broken(code, this.#signals.count > 0);
  }

  async #started(): Promise<void> {
    await this.#reports.started();
    if (this.#forMs !== null) setTimeout(() => this.#stopAtTime(), this.#forMs);
  }

  /** A closed pipe, as by `head -1`, ends all printing. */
  #stopUnread(): void {
    const isClosed = [STDOUT, STDERR].some((fd) => lossOf(fd) === "EPIPE");
    if (isClosed && !this.#isUnread) this.#stopAtTime();
    this.#isUnread ||= isClosed;
  }

  /** Whether all of its processes have ended. */
  #isOver(): boolean {
    const lasting = new Set(["pending", "starting", "running"]);
    return this.#table()?.slots.every(({ state }) => !lasting.has(state)) ?? true;
  }

  #stopAtTime(): void {
    this.#monitor.stop({ interrupts: false });
    this.#progress.soon();
  }

  #table(): StateTable | null {
    return decodeTable(this.#monitor.readTable(), this.#levels);
  }
}
