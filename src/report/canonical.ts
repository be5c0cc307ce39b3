/** A report without what another run of the same plan may have otherwise. Pure. */

import { type ForkName, forkNames } from "./fork-names.ts";
import type { Report, ReportProcess, ReportTraceEvent } from "./report.ts";

/**
 * Masked: PIDs at level 0 that no pin asks for, inodes, times, users, the observer, the tracer, of
 * what and by which version it was made, and how idle inits ended. What was forked has no promised PID at all: it is named by whose child it is, and the
 * events of one process stand together. Two runs of one plan that end alike give equal bytes in
 * the `ended` phase, if each process forks in an order of its own.
 */
export function canonicalReport(report: Report): Report {
  const names = forkNames(report);
  const order = orderOf(report.processes, names);
  const nameOf = (path: string) => names.get(path)?.path ?? path;
  const indexOf = (path: string) => order.get(path) ?? order.size;
  return {
    ...report,
    version: "",
    spec: "",
    params: {},
    time: "",
    verdict: canonicalVerdict(report.verdict),
    observer: { pidns: 0, kernel: "" },
    namespaces: report.namespaces.map((namespace) => ({ ...namespace, inodes: {} })),
    processes: report.processes
      .toSorted((a, b) => indexOf(a.path) - indexOf(b.path))
      .map((row) => ({ ...canonicalRow(row), path: nameOf(row.path) })),
    ...(report.tracer && { tracer: { ...report.tracer, by: "none" as const } }),
    ...(report.trace && {
      trace: report.trace
        .toSorted((a, b) => indexOf(a.path) - indexOf(b.path))
        .map((event) => canonicalEvent(event, names)),
    }),
  };
}

/** One plan may come from two files. */
const NO_SPAN = { file: "", line: null, column: null };

/** PIDs at level 0 are the host's: those that were found there are masked. */
function canonicalVerdict(verdict: Report["verdict"]): Report["verdict"] {
  const failures = verdict.failures.map((failure) => ({
    ...failure,
    ...NO_SPAN,
    ...(failure.level === 0 && { found: null, message: "" }),
  }));
  const unjudged = verdict.not_judged.map((each) => ({ ...each, ...NO_SPAN }));
  return { ...verdict, failures, not_judged: unjudged };
}

/** The order of rows: forks behind the process that they descend from, by their names. */
function orderOf(
  processes: readonly ReportProcess[],
  names: ReadonlyMap<string, ForkName>,
): Map<string, number> {
  const first = new Map<string, number>();
  for (const [at, { path }] of processes.entries()) first.set(path, at);
  const ancestors = (path: string) => first.get(names.get(path)?.ancestor ?? path) ?? 0;
  const order = processes.toSorted(
    (a, b) =>
      ancestors(a.path) - ancestors(b.path) ||
      compared(names.get(a.path)?.numbers ?? [], names.get(b.path)?.numbers ?? []),
  );
  return new Map(order.map(({ path }, at) => [path, at] as const));
}

function compared(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

function canonicalEvent(
  event: ReportTraceEvent,
  names: ReadonlyMap<string, ForkName>,
): ReportTraceEvent {
  const { path, parent, pids } = event;
  const fork = names.get(path);
  return {
    ...event,
    at_ns: 0,
    path: fork?.path ?? path,
    parent: parent === null ? null : (names.get(parent)?.path ?? parent),
    pids: pids.map((pid, level) => (level === 0 || fork !== undefined ? 0 : pid)),
  };
}

/** An init of the shim's with nothing left to do ends by itself or with the one above, as it comes. */
function isIdleEnd({ kind, exit, ended_by: by }: ReportProcess): boolean {
  return kind === "init" && exit !== null && by === "sandbox";
}

/** A row under the path that it has. */
export function canonicalRow({ uid: _, inodes: __, ...row }: ReportProcess): ReportProcess {
  const isFork = row.kind === "forked";
  const mask = (pids: ReportProcess["pids"], isKept: boolean) =>
    pids.map((pid, level) => (isFork || (level === 0 && !isKept) ? null : pid));
  return {
    ...row,
    ...(isIdleEnd(row) && { exit: { code: 0 }, ended_by: "itself" as const }),
    pids: mask(row.pids, row.pinned.includes(0)),
    ppids: mask(row.ppids, false),
    started_ns: null,
    ended_ns: null,
  };
}
