/** `sandbox up`: checks, plans, runs, reports. */

import * as fs from "node:fs";
import { durationMs } from "../base/duration.ts";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { type Diagnostic, dedupeCopies, diagnostic } from "../diag/diagnostic.ts";
import type { SpecOptions } from "../engine/compile-inputs.ts";
import { type Monitor, readWhole, startMonitor } from "../engine/monitor.ts";
import { obstaclesTo } from "../engine/obstacles.ts";
import { refusalText } from "../engine/refusal.ts";
import { createRunDir, type RunDir, removeRunDir } from "../engine/run-dir.ts";
import { shimEnvironment } from "../engine/shim-environment.ts";
import { confinement } from "../host/confinement.ts";
import { fixOf, limitObstacles } from "../host/limit-obstacles.ts";
import { shimPath } from "../host/shim-path.ts";
import { canonicalReport } from "../report/canonical.ts";
import { withGap, withoutEnd } from "../report/gaps.ts";
import { closingText } from "../report/heading.ts";
import { withLastCommands } from "../report/last-command.ts";
import { killedText } from "../report/progress-text.ts";
import type { Report } from "../report/report.ts";
import { SPEC_SIZE_MAX } from "../spec/bounds.ts";
import type { Load } from "../spec/include.ts";
import { streamOf } from "../wire/frames.ts";
import { decodeTable, type StateTable } from "../wire/table.ts";
import { type Compiled, compileFile } from "./compile.ts";
import { observed } from "./observe.ts";
import { obstacleDiagnostics } from "./obstacle-diagnostics.ts";
import { Prefixer } from "./prefixer.ts";
import { printDiagnostics } from "./print.ts";
import { Progress } from "./progress.ts";
import { type ReportFormat, rendered } from "./render.ts";
import { exitCodeOf, findingsOf, gapFindings } from "./run-outcome.ts";
import {
  drained,
  hideStatus,
  isFull,
  isTerminal,
  lookOf,
  lossOf,
  STDERR,
  STDOUT,
  showStatus,
  write,
} from "./terminal.ts";
import { keepTerminal, type TerminalKeeper } from "./terminal-keeper.ts";
import { type StopSignal, UpSignals } from "./up-signals.ts";

export interface UpOptions extends SpecOptions {
  readonly json?: true;
  readonly for?: string;
  readonly report: ReportFormat;
  readonly all?: true;
  readonly canonical?: true;
  readonly trace?: true;
  readonly name?: string;
  readonly exitCodeFrom?: string;
}

/** The span of findings without source text. */
const NONE = new Map<string, string>();

/** As of the names in a spec: it is the name of a directory. */
const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** A spec of more bytes, and a report of more slots, take more than 100 ms to be made. */
const LONG_SPEC_SIZE = 32 * 1024;
const LONG_SLOT_COUNT = 2_000;

/** 128 and the number of SIGXFSZ, by which a table ends the monitor that is larger than allowed. */
const KILLED_BY_FILE_SIZE = 153;

/** Formats for people alone. */
const TEXTS: ReadonlySet<ReportFormat> = new Set(["table", "tree", "timeline"]);

export async function run(file: string, options: UpOptions): Promise<number> {
  const forMs = options.for === undefined ? null : durationMs(options.for);
  if (options.for !== undefined && forMs === null) {
    return usage(`--for ${options.for} is no duration: write 250ms, 5s, 2m or 1h`);
  }
  if (options.name !== undefined && !RUN_NAME.test(options.name)) {
    return usage(`--name ${options.name}: write letters, digits, "-" and "_", at most 64`);
  }
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
    printDiagnostics(obstacles, sourcesOf(obstacles, compiled.load));
    return EXIT.host;
  }
  const shim = shimPath();
  if (shim === null) {
    const help = "build it with `npm run native`, or name it with SANDBOX_SHIM";
    return refuse(diagnostic("SBX3001", null, "the native shim is not built", { help }));
  }
  // Before anything is made, so that a signal finds somebody who removes it again.
  const signals = new UpSignals(sayStop);
  let up: Up | null = null;
  const made = createRunDir(options.name ?? plan.sandbox, options.name !== undefined, image);
  if (!made.ok) {
    const { reason, detail } = made;
    return refuse(
      reason === "name-in-use"
        ? diagnostic("SBX4007", null, `a run with the name "${detail}" is going on`, {
            help: "choose another --name",
          })
        : diagnostic("SBX3005", null, `nothing can be written for this run (${detail})`, {
            help:
              fixOf(/\b(E[A-Z]+)\b/.exec(detail)?.[1] ?? "") ??
              "set XDG_RUNTIME_DIR to a directory of your own with free space",
          }),
    );
  }
  if (options.name === undefined && made.dir.name !== plan.sandbox) {
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

/** Whether to check it takes more than a moment. */
function isLong(file: string): boolean {
  return (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONG_SPEC_SIZE;
}

function sayStop(name: StopSignal, count: number): void {
  if (name !== "SIGINT" || !isTerminal(STDERR)) return;
  write(STDERR, count > 1 ? "\nkilling\n" : "\nstopping (Ctrl-C again kills)\n");
}

function usage(message: string): number {
  write(STDERR, `sandbox up: ${message}\n`);
  return EXIT.usage;
}

function refuse(...diagnostics: Diagnostic[]): number {
  printDiagnostics(diagnostics, NONE);
  return EXIT.host;
}

/**
 * The texts that findings point into, as they are now. Of files that are gone, and of those that an
 * image names and a spec could not, there is none: such a finding is printed without a frame.
 */
function sourcesOf(diagnostics: readonly Diagnostic[], load: Load): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { span } of diagnostics) {
    if (span.file === "" || span.file === "-" || sources.has(span.file)) continue;
    const text = load(span.file, SPEC_SIZE_MAX);
    if (typeof text === "string") sources.set(span.file, text);
  }
  return sources;
}

/** One run in the foreground. */
class Up {
  readonly #compiled: Compiled;
  readonly #options: UpOptions;
  readonly #monitor: Monitor;
  readonly #prefixer: Prefixer;
  readonly #levels: readonly number[];
  readonly #forMs: number | null;
  /** The monitor removes the file's name at the end of the run. */
  readonly #traceFd: number | null;
  readonly #signals: UpSignals;
  readonly #terminal: TerminalKeeper;
  readonly #progress: Progress;
  #startedReport: Report | null = null;
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
    this.#compiled = compiled;
    this.#options = options;
    this.#forMs = forMs;
    this.#levels = compiled.plan.slots.map(({ level }) => level);
    this.#prefixer = new Prefixer(
      compiled.plan.slots.map(({ path }) => path),
      options.json ? STDERR : STDOUT,
    );
    this.#traceFd = options.trace ? fs.openSync(dir.tracePath, "w+", 0o600) : null;
    this.#terminal = keepTerminal(compiled.plan);
    this.#monitor = startMonitor({
      shim,
      image: dir.planPath,
      env: shimEnvironment(compiled.plan),
      specDir: compiled.dir,
      stdin: this.#terminal.stdin,
      runDir: dir.path,
      stdoutFd: options.json ? STDERR : STDOUT,
      tableFd: dir.tableFd,
      traceFd: this.#traceFd,
    });
    this.#terminal.handedOver();
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
        this.#prefixer.push(frame.slot, streamOf(frame), frame.bytes);
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
    return hasEnded ? await this.#ended(code) : await this.#broken(code);
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

  #report(phase: Report["phase"], table: StateTable): Report {
    const { plan, hash, params } = this.#compiled;
    if (plan.slots.length > LONG_SLOT_COUNT) {
      showStatus(`making the report of ${plan.slots.length} processes`);
    }
    const readTable = () => this.#table();
    const namespaces = this.#options.json ?? false;
    return observed({ plan, hash, params, phase, table, readTable, namespaces });
  }

  async #traced(report: Report, table: StateTable): Promise<Report> {
    if (this.#traceFd === null) return report;
    const { decodeTrace } = await import("../wire/trace.ts");
    const { withTrace } = await import("../report/trace.ts");
    const { traceGap } = await import("../engine/tracer-text.ts");
    const starts = table.slots.flatMap(({ startedNs }) => (startedNs > 0 ? [startedNs] : []));
    const origin = starts.reduce((least, start) => Math.min(least, start), Infinity);
    const trace = decodeTrace(readWhole(this.#traceFd));
    const gap = traceGap(trace);
    const whole = trace === null ? report : withTrace(report, trace, origin);
    return gap === null ? whole : withGap(whole, { what: "trace", ...gap });
  }

  async #print(report: Report): Promise<void> {
    const look = lookOf(STDOUT, this.#options.all);
    const { json, canonical, report: chosen } = this.#options;
    const isRecord = json || canonical || chosen === "json" || chosen === "csv";
    const shown = canonical
      ? canonicalReport(report)
      : report.phase === "started" || isRecord
        ? report
        : withLastCommands(report, this.#startedReport);
    // What happened when is known only at the end.
    const format = chosen === "timeline" && report.phase === "started" ? "table" : chosen;
    const text = await rendered(shown, json ? "json" : format, look);
    // Between the two reports, for the eye; what a program reads stays as it is.
    const isApart = !json && report.phase === "ended" && TEXTS.has(format);
    write(STDOUT, isApart ? `\n${text}` : text);
    printDiagnostics(gapFindings(report), NONE);
  }

  async #started(): Promise<void> {
    const table = this.#table();
    if (table === null) return;
    this.#startedReport = this.#report("started", table);
    await this.#print(this.#startedReport);
    if (this.#forMs !== null) setTimeout(() => this.#stopAtTime(), this.#forMs);
  }

  /** The monitor said no last word: it could not begin, or did not live to the end. */
  async #broken(code: number): Promise<number> {
    const table = this.#table();
    if (table === null && this.#traceFd !== null && code === EXIT.host) {
      const help = "`sandbox doctor` says what this host can; without --trace it may run";
      return refuse(diagnostic("SBX4009", null, "the run cannot be traced", { help }));
    }
    const fault = table?.fault ?? null;
    if (fault !== null || code === EXIT.host) {
      const { message, help } =
        fault === null
          ? {
              message: "the shim could not begin the run",
              help: limitObstacles()[0] ?? "its own line above says why",
            }
          : refusalText(null, fault, confinement());
      return refuse(diagnostic("SBX3001", null, message, { help }));
    }
    if (code === EXIT.usage) {
      const help =
        "make it again: `sandbox plan -o` for an image, `npm ci` for a shim of another version";
      const refusal = diagnostic("SBX3002", null, "the shim refuses the plan image", { help });
      printDiagnostics([refusal], NONE);
      return EXIT.spec;
    }
    const [tooLow] = code === KILLED_BY_FILE_SIZE ? limitObstacles() : [];
    if (tooLow !== undefined) {
      return refuse(diagnostic("SBX3001", null, "the run cannot be set up", { help: tooLow }));
    }
    // Without a PID namespace the kernel ends an init's children, and not what these have forked.
    const isWhole = this.#compiled.plan.sandboxes[0]?.initMode !== "subreaper";
    const help = isWhole
      ? "nothing of the run is left; start it again"
      : "what its processes have forked may be left if the init was killed too: this sandbox has no PID namespace";
    const why = "the shim's monitor was killed";
    const exitCode = this.#signals.count > 0 ? EXIT.interrupted : EXIT.failed;
    if (table !== null) {
      const report = await this.#traced(this.#report("ended", table), table);
      await this.#print(withoutEnd(report, { why, help }, exitCode));
    }
    printDiagnostics([diagnostic("SBX4006", null, why, { help })], NONE);
    return exitCode;
  }

  /** `code`: of the shim, which is that of the verdict. */
  async #ended(code: number): Promise<number> {
    const table = this.#table();
    if (table === null) {
      const help = "its exit code is that of the run";
      const why = "the state table cannot be read any more, so there is no last report";
      printDiagnostics([diagnostic("SBX4011", null, why, { help })], NONE);
      return code;
    }
    const report = await this.#traced(this.#report("ended", table), table);
    await this.#print(report);
    const findings = findingsOf(this.#compiled.plan, table, report);
    printDiagnostics(dedupeCopies(findings), sourcesOf(findings, this.#compiled.load));
    const killed = killedText(this.#compiled.plan, table);
    if (killed !== null) write(STDERR, `${killed}\n`);
    if (!this.#options.json) write(STDERR, `${escapeText(closingText(report))}\n`);
    return exitCodeOf(report, this.#options.exitCodeFrom);
  }
}
