/** A report without what another run of the same plan may have otherwise. Pure. */

import type { Report, ReportProcess } from "./report.ts";

/**
 * Masked: PIDs at level 0 that no pin asks for, inodes, times, users, the observer, the tracer, and
 * how idle inits ended. Two runs of one plan that end alike give equal bytes in the `ended` phase.
 */
export function canonicalReport(report: Report): Report {
  return {
    ...report,
    observer: { pidns: 0, kernel: "" },
    namespaces: report.namespaces.map((namespace) => ({ ...namespace, inodes: {} })),
    processes: report.processes.map(canonicalRow),
    ...(report.tracer && { tracer: { ...report.tracer, by: "none" as const } }),
    ...(report.trace && {
      trace: report.trace.map((event) => ({
        ...event,
        at_ns: 0,
        pids: event.pids.map((pid, level) => (level === 0 ? 0 : pid)),
      })),
    }),
  };
}

/** An init of the shim's with nothing left to do ends by itself or with the one above, as it comes. */
function isIdleEnd({ kind, exit, ended_by: by }: ReportProcess): boolean {
  return kind === "init" && exit !== null && by === "sandbox";
}

function canonicalRow({ uid: _, inodes: __, ...row }: ReportProcess): ReportProcess {
  const mask = (pids: ReportProcess["pids"], isKept: boolean) =>
    pids.map((pid, level) => (level === 0 && !isKept ? null : pid));
  return {
    ...row,
    ...(isIdleEnd(row) && { exit: { code: 0 }, ended_by: "itself" as const }),
    pids: mask(row.pids, row.pinned.includes(0)),
    ppids: mask(row.ppids, false),
    started_ns: null,
    ended_ns: null,
  };
}
