/** What stands above the pictures of a report, and what closes a run: the verdict first. Pure. */

import { gapText } from "./gaps.ts";
import { durationText } from "./lifetimes.ts";
import type { Failure, Report } from "./report.ts";
import { hasFailed } from "./state-text.ts";

/** Failures that a picture names; an HTML file has all. */
const FAILURES_SHOWN = 10;
/** Failed processes that a closing line names. */
const PATHS_SHOWN = 3;

export function titleOf(report: Report): string {
  const outcome = report.phase === "ended" ? outcomeOf(report) : "";
  return `${report.sandbox}, ${report.phase}${outcome === "" ? "" : `: ${outcome}`}`;
}

/** In a word or two, as the exit code says it. */
function outcomeOf({ verdict, incomplete }: Report): string {
  if (verdict.passed) return "passed";
  if (verdict.exit_code === 130) return "interrupted";
  const gap = incomplete.find(({ what }) => what === "trace" || what === "output");
  if (verdict.failures.length > 0 || gap === undefined) return "failed";
  return gap.what === "trace"
    ? "failed, as its trace is not whole"
    : "failed, as output is missing";
}

/** Each a fact in a few words. */
export function factsOf(report: Report): string[] {
  const failed = report.processes.filter(hasFailed).length;
  return [
    count(report.processes.length, "process", "processes"),
    count(report.namespaces.length, "sandbox", "sandboxes"),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(report.trace === undefined ? [] : [count(report.trace.length, "event", "events")]),
    ...(report.tracer?.lost ? [`${report.tracer.lost} not recorded`] : []),
    ...(report.pid_mode === "ordered" ? ["PIDs in start order"] : []),
    `plan ${report.plan.slice(0, 19)}`,
    ...(report.observer.kernel === "" ? [] : [`kernel ${report.observer.kernel}`]),
  ];
}

/** What a report was made of, by what and when; empty where values are masked. */
export function originOf({ spec, params, version, time }: Report): string[] {
  const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return [
    ...(spec === "" ? [] : [`spec ${spec}`]),
    ...(values.length === 0 ? [] : [values.join(" ")]),
    ...(version === "" ? [] : [`sandbox ${version}`]),
    ...(time === "" ? [] : [`${time.slice(0, 10)} ${time.slice(11, 19)} UTC`]),
  ];
}

/** A line each: what failed, with its place in the spec, and what is missing. */
export function findingLines(report: Report, most = FAILURES_SHOWN): string[] {
  const { failures, not_judged: unjudged } = report.verdict;
  const own = failures.filter(({ because_of: cause }) => cause === null);
  const more = own.length - most;
  return [
    ...own.slice(0, most).map(failureLine),
    ...(more > 0 ? [`and ${count(more, "more failure", "more failures")}`] : []),
    ...(unjudged.length > 0
      ? [`${count(unjudged.length, "expectation", "expectations")} not judged`]
      : []),
    ...report.incomplete.map(gapText),
  ];
}

function failureLine({ file, line, column, message }: Failure): string {
  if (file === "") return message;
  return line === null ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`;
}

/** `NAME: 2 of 5 failed (a, b), 1.3 s`: one line for the end of a run, without a line end. */
export function closingText(report: Report): string {
  const { processes, sandbox } = report;
  const declared = processes.filter(({ kind }) => kind === "declared").length;
  const failed = processes.filter(hasFailed);
  const own = failed.filter(({ kind }) => kind === "declared").map(({ path }) => path);
  // A sandbox fails in its init, as by its time-out.
  const inits = failed.filter(({ kind }) => kind === "init").map((each) => each.sandbox || sandbox);
  const ends = processes.map(({ ended_ns: end }) => end ?? 0);
  const lasted = durationText(ends.reduce((most, end) => Math.max(most, end), 0));
  const all = count(declared, "process", "processes");
  const how =
    own.length === 0
      ? `${outcomeOf(report)}, ${all}`
      : `${own.length} of ${all} failed (${named(own)})`;
  const sandboxes =
    inits.length === 0
      ? ""
      : `, ${count(inits.length, "sandbox", "sandboxes")} failed (${named(inits)})`;
  return `${sandbox}: ${how}${sandboxes}, ${lasted}`;
}

function named(paths: readonly string[]): string {
  const more = paths.length - PATHS_SHOWN;
  const shown = paths.slice(0, PATHS_SHOWN).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** How to read a row; `hasLives`: it has a bar. */
export function legendOf(report: Report, hasLives: boolean): string {
  const life = hasLives ? "; bar: its life, tick: exec" : "";
  return `Ln: PID at level n, from the observer's own (L0) to the innermost (L${deepestOf(report)}); dot: not visible there${life}`;
}

export function deepestOf(report: Report): number {
  return report.processes.reduce((most, { level }) => Math.max(most, level), 0);
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
