/** What `sandbox up` says of its run: when all has started, and at the end, however that came. */

import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { dedupeCopies, diagnostic } from "../diag/diagnostic.ts";
import { readWhole } from "../engine/monitor.ts";
import { refusalText } from "../engine/refusal.ts";
import { confinement } from "../host/confinement.ts";
import { limitObstacles } from "../host/limit-obstacles.ts";
import { canonicalReport } from "../report/canonical.ts";
import { withGap, withoutEnd } from "../report/gaps.ts";
import { closingText } from "../report/heading.ts";
import { withLastCommands } from "../report/last-command.ts";
import { killedText } from "../report/progress-text.ts";
import type { Report } from "../report/report.ts";
import type { StateTable } from "../wire/table.ts";
import type { Compiled } from "./compile.ts";
import { observed } from "./observe.ts";
import { NO_SOURCES, printDiagnostics, printQuoting, refuse } from "./print.ts";
import { rendered } from "./render.ts";
import { exitCodeOf, findingsOf, gapFindings } from "./run-outcome.ts";
import { lookOf, STDERR, STDOUT, showStatus, write } from "./terminal.ts";
import { TEXTS, type UpOptions } from "./up-options.ts";

/** A report of more slots takes more than 100 ms to be made. */
const LONG_SLOT_COUNT = 2_000;

/** 128 and the number of SIGXFSZ, by which a table ends the monitor that is larger than allowed. */
const KILLED_BY_FILE_SIZE = 153;

export interface ReportedRun {
  readonly compiled: Compiled;
  readonly options: UpOptions;
  /** Null: the run is not traced. */
  readonly traceFd: number | null;
  /** As it is now; null where the monitor has made none. */
  readonly table: () => StateTable | null;
}

export class UpReports {
  readonly #run: ReportedRun;
  #startedReport: Report | null = null;

  constructor(run: ReportedRun) {
    this.#run = run;
  }

  #report(phase: Report["phase"], table: StateTable): Report {
    const { plan, hash, params } = this.#run.compiled;
    if (plan.slots.length > LONG_SLOT_COUNT) {
      showStatus(`making the report of ${plan.slots.length} processes`);
    }
    const readTable = this.#run.table;
    const namespaces = /^jsonl?$/.test(this.#run.options.format);
    return observed({ plan, hash, params, phase, table, readTable, namespaces });
  }

  async #traced(report: Report, table: StateTable): Promise<Report> {
    if (this.#run.traceFd === null) return report;
    const { decodeTrace } = await import("../wire/trace.ts");
    const { withTrace } = await import("../report/trace.ts");
    const { traceGap } = await import("../engine/tracer-text.ts");
    const starts = table.slots.flatMap(({ startedNs }) => (startedNs > 0 ? [startedNs] : []));
    const origin = starts.reduce((least, start) => Math.min(least, start), Infinity);
    const trace = decodeTrace(readWhole(this.#run.traceFd));
    const gap = traceGap(trace);
    const whole = trace === null ? report : withTrace(report, trace, origin);
    return gap === null ? whole : withGap(whole, { what: "trace", ...gap });
  }

  async #print(report: Report): Promise<void> {
    const look = lookOf(STDOUT, this.#run.options.all);
    const { canonical, quiet, format: chosen } = this.#run.options;
    const isForPeople = TEXTS.has(chosen);
    if (isForPeople && quiet) return;
    // A file has one picture or one table of values: that of the end. JSON Lines has both.
    const isLines = chosen === "jsonl";
    if (report.phase === "started" && !isForPeople && !isLines) return;
    const isRecord = canonical || isLines || chosen === "json" || chosen === "csv";
    const shown = canonical
      ? canonicalReport(report)
      : report.phase === "started" || isRecord
        ? report
        : withLastCommands(report, this.#startedReport);
    // What happened when is known only at the end.
    const isEarly = chosen === "timeline" && report.phase === "started";
    const format = isEarly ? "table" : isLines ? "json" : chosen;
    const text = await rendered(shown, format, look);
    // Between the two reports, for the eye; what a program reads stays as it is.
    const isApart = report.phase === "ended" && isForPeople;
    write(STDOUT, isApart ? `\n${text}` : text);
    printDiagnostics(gapFindings(report), NO_SOURCES);
  }

  async started(): Promise<void> {
    const table = this.#run.table();
    if (table === null) return;
    this.#startedReport = this.#report("started", table);
    await this.#print(this.#startedReport);
  }

  /** The monitor said no last word: it could not begin, or did not live to the end. */
  async broken(code: number, isInterrupted: boolean): Promise<number> {
    const table = this.#run.table();
    if (table === null && this.#run.traceFd !== null && code === EXIT.host) {
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
      printDiagnostics([refusal], NO_SOURCES);
      return EXIT.spec;
    }
    const [tooLow] = code === KILLED_BY_FILE_SIZE ? limitObstacles() : [];
    if (tooLow !== undefined) {
      return refuse(diagnostic("SBX3001", null, "the run cannot be set up", { help: tooLow }));
    }
    // Without a PID namespace the kernel ends an init's children, and not what these have forked.
    const isWhole = this.#run.compiled.plan.sandboxes[0]?.initMode !== "subreaper";
    const help = isWhole
      ? "nothing of the run is left; start it again"
      : "what its processes have forked may be left if the init was killed too: this sandbox has no PID namespace";
    const why = "the shim's monitor was killed";
    const exitCode = isInterrupted ? EXIT.interrupted : EXIT.failed;
    if (table !== null) {
      const report = await this.#traced(this.#report("ended", table), table);
      await this.#print(withoutEnd(report, { why, help }, exitCode));
    }
    printDiagnostics([diagnostic("SBX4006", null, why, { help })], NO_SOURCES);
    return exitCode;
  }

  /** `code`: of the shim, which is that of the verdict. */
  async ended(code: number): Promise<number> {
    const table = this.#run.table();
    if (table === null) {
      const help = "its exit code is that of the run";
      const why = "the state table cannot be read any more, so there is no last report";
      printDiagnostics([diagnostic("SBX4011", null, why, { help })], NO_SOURCES);
      return code;
    }
    const report = await this.#traced(this.#report("ended", table), table);
    await this.#print(report);
    const findings = findingsOf(this.#run.compiled.plan, table, report, (path, fault) =>
      refusalText(path, fault, confinement()),
    );
    printQuoting(dedupeCopies(findings), this.#run.compiled.load);
    this.#close(report, table);
    return exitCodeOf(report, this.#run.options.exitCodeFrom);
  }
  /** The last words for people. */
  #close(report: Report, table: StateTable): void {
    const { quiet, format } = this.#run.options;
    if (quiet) return;
    const killed = killedText(this.#run.compiled.plan, table);
    if (killed !== null) write(STDERR, `${killed}\n`);
    if (format !== "jsonl") write(STDERR, `${escapeText(closingText(report))}\n`);
  }
}
