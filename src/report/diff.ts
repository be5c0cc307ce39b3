/** Two reports compared: who is new, gone, renumbered, or otherwise. Pure. */

import { canonicalReport, canonicalRow } from "./canonical.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

export interface ReportChange {
  readonly kind: "added" | "removed" | "changed";
  readonly path: string;
  /** What differs, each as one line; empty unless `changed`. */
  readonly lines: readonly string[];
}

/**
 * By path; level 0 counts only where it is pinned. Forks are the same if their PIDs are, where both
 * reports are of one run; else if they are the how manyth of the same parent.
 */
export function reportDiff(before: Report, after: Report): ReportChange[] {
  const rowsOf = isOneRun(before, after)
    ? ({ processes }: Report) => processes.map(canonicalRow)
    : (report: Report) => canonicalReport(report).processes;
  const old = byPath(rowsOf(before));
  const now = byPath(rowsOf(after));
  const gone = [...old.keys()].filter((path) => !now.has(path));
  return [
    ...gone.map((path): ReportChange => ({ kind: "removed", path, lines: [] })),
    ...[...now].flatMap(([path, row]): ReportChange[] => {
      const other = old.get(path);
      if (other === undefined) return [{ kind: "added", path, lines: [] }];
      const lines = differences(other, row);
      return lines.length === 0 ? [] : [{ kind: "changed", path, lines }];
    }),
  ];
}

/** The first process of a run has the same PID here as long as that run goes on. */
function isOneRun(before: Report, after: Report): boolean {
  const pid = before.processes[0]?.pids[0] ?? null;
  return pid !== null && before.plan === after.plan && pid === after.processes[0]?.pids[0];
}

function byPath(processes: readonly ReportProcess[]): Map<string, ReportProcess> {
  return new Map(processes.map((row) => [row.path, row] as const));
}

function differences(before: ReportProcess, after: ReportProcess): string[] {
  const lines: string[] = [];
  const compare = (what: string, old: string, now: string) => {
    if (old !== now) lines.push(`${what}: ${old} -> ${now}`);
  };
  const levels = Math.max(before.pids.length, after.pids.length);
  for (let level = 0; level < levels; level++) {
    compare(`PID L${level}`, numberText(before.pids[level]), numberText(after.pids[level]));
    compare(`parent L${level}`, numberText(before.ppids[level]), numberText(after.ppids[level]));
  }
  compare("kind", before.kind, after.kind);
  compare("state", stateText(before), stateText(after));
  compare("argv", before.argv.join(" "), after.argv.join(" "));
  return lines;
}

function numberText(pid: number | null | undefined): string {
  return pid === undefined ? "none" : pid === null ? "any" : String(pid);
}
