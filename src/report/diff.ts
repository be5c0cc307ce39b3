/** Two reports compared: who is new, gone, renumbered, or otherwise. Pure. */

import { canonicalReport } from "./canonical.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

export interface ReportChange {
  readonly kind: "added" | "removed" | "changed";
  readonly path: string;
  /** What differs, each as one line; empty unless `changed`. */
  readonly lines: readonly string[];
}

/** By path; level 0 counts only where it is pinned. */
export function reportDiff(before: Report, after: Report): ReportChange[] {
  const old = byPath(canonicalReport(before));
  const now = byPath(canonicalReport(after));
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

function byPath(report: Report): Map<string, ReportProcess> {
  return new Map(report.processes.map((row) => [row.path, row] as const));
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
