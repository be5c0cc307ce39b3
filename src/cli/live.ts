/** `sandbox ls`, `ps` and `report`: runs that are going on, and reports that were kept. */

import { columnLines } from "../base/columns.ts";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { jsonLine } from "../base/json-text.ts";
import type { SnapshotOptions } from "../engine/snapshot.ts";
import { watchedRuns } from "../engine/watched-run.ts";
import { canonicalReport } from "../report/canonical.ts";
import type { Report } from "../report/report.ts";
import { chosenRun } from "./chosen-run.ts";
import type { Formatted } from "./command.ts";
import { isFile, readReport, saved } from "./kept.ts";
import { reportNow } from "./observe.ts";
import { printDiagnostics } from "./print.ts";
import { type ReportFormat, rendered } from "./render.ts";
import { gapFindings } from "./run-outcome.ts";
import { columnsOf, lookOf, STDERR, STDOUT, write } from "./terminal.ts";

/** A file has no width, and nothing is cut or left out there. */
const FILE_LOOK = { columns: Infinity, colour: false, isWhole: true };

export interface ReportOptions extends Formatted<ReportFormat> {
  readonly all?: true;
  readonly canonical?: true;
  readonly watch?: true;
  readonly timeline?: true;
  readonly output?: string;
}

export async function list({ format }: Formatted<"table" | "json">): Promise<number> {
  const runs = watchedRuns().flatMap((watched) => {
    const table = watched.table();
    if (table === null) return [];
    const { plan, run } = watched;
    const levels = plan.slots.reduce((most, { level }) => Math.max(most, level), 0);
    const running = table.slots.filter(({ state }) => state === "running").length;
    return [
      {
        name: run.name,
        sandbox: plan.sandbox,
        phase: table.phase,
        monitor: table.monitorPid,
        running,
        processes: plan.slots.length,
        levels,
      },
    ];
  });
  if (format === "json") {
    write(STDOUT, jsonLine({ runs }));
    return EXIT.ok;
  }
  const rows = [
    ["NAME", "SANDBOX", "PHASE", "MONITOR", "RUNNING", "LEVELS"],
    ...runs.map(({ name, sandbox, phase, monitor, running, processes, levels }) => [
      escapeText(name),
      escapeText(sandbox),
      phase,
      String(monitor),
      `${running} of ${processes}`,
      String(levels),
    ]),
  ];
  if (runs.length === 0) {
    write(STDERR, "nothing is running; start something with `sandbox up FILE`\n");
    return EXIT.ok;
  }
  const lines = columnLines(
    rows,
    ["left", "left", "left", "right", "right", "right"],
    columnsOf(STDOUT),
  );
  write(STDOUT, `${lines.join("\n")}\n`);
  return EXIT.ok;
}

/** `what` is the name of a run, or a file with a report; without it, the one run that there is. */
export async function report(what: string | undefined, options: ReportOptions): Promise<number> {
  const report = await reportOf(what, { namespaces: options.format === "json" });
  if (typeof report === "string") {
    write(STDERR, `error: ${report}\n`);
    return what !== undefined && isFile(what) ? EXIT.spec : EXIT.failed;
  }
  printDiagnostics(gapFindings(report), new Map());
  const format = options.timeline ? "timeline" : options.format;
  if (format === "timeline" && (report.trace ?? []).length === 0) {
    write(STDERR, "error: this report has no trace\nhelp: run it with `sandbox up --trace`\n");
    return EXIT.failed;
  }
  const shown = options.canonical ? canonicalReport(report) : report;
  const look = options.output === undefined ? lookOf(STDOUT, options.all) : FILE_LOOK;
  const text = await rendered(shown, format, look);
  if (options.output !== undefined) return saved(options.output, text);
  write(STDOUT, text);
  return EXIT.ok;
}

/** The report, or why there is none. */
async function reportOf(
  what: string | undefined,
  options: SnapshotOptions,
): Promise<Report | string> {
  if (what !== undefined && isFile(what)) return readReport(what);
  const watched = chosenRun(what);
  if (typeof watched === "string") return watched;
  return reportNow(watched, options) ?? `the run "${watched.run.name}" has ended`;
}
