/** The report of a run as it is now: plan, state table and a snapshot together. I/O. */

import * as fs from "node:fs";
import { type SnapshotOptions, snapshotOf } from "../engine/snapshot.ts";
import type { WatchedRun } from "../engine/watched-run.ts";
import type { Plan } from "../plan/plan.ts";
import { buildReport } from "../report/build.ts";
import type { Report } from "../report/report.ts";
import type { StateTable } from "../wire/table.ts";

export interface Observation extends SnapshotOptions {
  readonly plan: Plan;
  readonly hash: string;
  readonly phase: Report["phase"];
  readonly table: StateTable;
  /** The table as it is then; null once the run has ended. */
  readonly readTable: () => StateTable | null;
}

export function observed(observation: Observation): Report {
  const { plan, hash, phase, table: former, readTable } = observation;
  const isOver = phase === "ended";
  const snapshot = isOver ? [] : snapshotOf(former.monitorPid, observation);
  return buildReport({
    phase,
    plan,
    hash,
    former,
    snapshot,
    table: (isOver ? null : readTable()) ?? former,
    observer: {
      pidns: fs.statSync("/proc/self/ns/pid").ino,
      kernel: fs.readFileSync("/proc/sys/kernel/osrelease", "utf8").trim(),
    },
  });
}

/** Null once the run has ended. */
export function reportNow(watched: WatchedRun, options: SnapshotOptions = {}): Report | null {
  const table = watched.table();
  if (table === null) return null;
  const { plan, hash } = watched;
  const readTable = () => watched.table();
  return observed({ plan, hash, phase: "started", table, readTable, ...options });
}
