/** When the processes of a report lived, as parts of its whole time. Pure. */

import type { Report, ReportProcess } from "./report.ts";

/** Each number is from 0, the first start, to 1, the last thing that is known to have happened. */
export interface Life {
  readonly from: number;
  readonly to: number;
  /** When it became another program; of a traced run only. */
  readonly execs: readonly number[];
}

export interface Lifetimes {
  readonly totalNs: number;
  /** Null of a process that never started. */
  of(row: ReportProcess): Life | null;
}

/** Null of a run that goes on, and of a report whose times are masked. */
export function lifetimesOf(report: Report): Lifetimes | null {
  if (report.phase === "started") return null;
  const ends = report.processes.map((row) => row.ended_ns ?? 0);
  const events = (report.trace ?? []).map((event) => event.at_ns);
  const totalNs = [...ends, ...events].reduce((most, at) => Math.max(most, at), 0);
  if (totalNs === 0) return null;
  const execs = new Map<string, number[]>();
  for (const { event, path, at_ns: at } of report.trace ?? []) {
    if (event !== "exec") continue;
    const list = execs.get(path) ?? [];
    execs.set(path, list);
    list.push(at / totalNs);
  }
  const lifeOf = ({ path, started_ns: from, ended_ns: to }: ReportProcess): Life | null =>
    from === null
      ? null
      : { from: from / totalNs, to: (to ?? totalNs) / totalNs, execs: execs.get(path) ?? [] };
  return { totalNs, of: lifeOf };
}

/** `0.8 ms`, `512 ms`, `3.25 s`. */
export function durationText(ns: number): string {
  const ms = ns / 1e6;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
