/** The report of a run as it is now: plan, state table and a snapshot together. I/O. */

import * as fs from "node:fs";
import pkg from "../../package.json" with { type: "json" };
import { refusalText } from "../engine/refusal.ts";
import { missingFrom, type SnapshotOptions, snapshotOf } from "../engine/snapshot.ts";
import type { WatchedRun } from "../engine/watched-run.ts";
import { confinement } from "../host/confinement.ts";
import { readText } from "../host/machine.ts";
import type { Plan } from "../plan/plan.ts";
import { buildReport } from "../report/build.ts";
import type { Gap, Report } from "../report/report.ts";
import type { Params } from "../wire/params.ts";
import type { StateTable } from "../wire/table.ts";
import { locatorOf, specName } from "./locate.ts";

export interface Observation extends SnapshotOptions {
  readonly plan: Plan;
  readonly hash: string;
  readonly params: Params;
  readonly phase: Report["phase"];
  readonly table: StateTable;
  /** The table as it is then; null once the run has ended. */
  readonly readTable: () => StateTable | null;
}

const NOBODY = { rows: [], failure: null, hidden: [] };

export function observed(observation: Observation): Report {
  const { plan, hash, params, phase, table: former, readTable } = observation;
  // Nothing lives of a run that is over, whichever of its moments is reported.
  const isOver = phase === "ended" || former.phase === "ended";
  const snapshot = isOver
    ? NOBODY
    : snapshotOf(former.monitorPid, { ...observation, pidns: rootInode(plan, former) });
  const now = isOver ? null : readTable();
  const table = now ?? former;
  const missing = missingFrom(snapshot, new Set([...pidsOf(former), ...pidsOf(table)]));
  // A run that has ended meanwhile has no processes that a snapshot could lack.
  const isGoingOn = now !== null && now.phase !== "ended";
  const gaps: Gap[] = missing !== null && isGoingOn ? [{ what: "processes", ...missing }] : [];
  return buildReport({
    phase,
    plan,
    hash,
    former,
    snapshot: snapshot.rows,
    table,
    gaps,
    made: { version: pkg.version, spec: specName(plan), params, time: new Date().toISOString() },
    locate: locatorOf(plan),
    explain: (path, fault) => refusalText(path, fault, confinement()),
    observer: {
      pidns: fs.statSync("/proc/self/ns/pid").ino,
      kernel: readText("/proc/sys/kernel/osrelease")?.trim() ?? releaseByCall(),
    },
  });
}

/** The inode of the root sandbox's own PID namespace; 0: it has none, or none is known yet. */
function rootInode({ sandboxes }: Plan, { inodes }: StateTable): number {
  const [root] = sandboxes;
  return root === undefined || root.initMode === "subreaper" ? 0 : (inodes[0]?.pid ?? 0);
}

/** By uname(2): a procfs with subset=pid has no file of it. */
function releaseByCall(): string {
  return (require("node:os") as typeof import("node:os")).release();
}

/** At level 0, of all that the state table knows. */
function pidsOf({ slots }: StateTable): number[] {
  return slots.flatMap(({ pids: [pid = 0] }) => (pid > 0 ? [pid] : []));
}

/** Null once the run has ended. */
export function reportNow(watched: WatchedRun, options: SnapshotOptions = {}): Report | null {
  const table = watched.table();
  if (table === null) return null;
  const { plan, hash, params } = watched;
  const readTable = () => watched.table();
  return observed({ plan, hash, params, phase: "started", table, readTable, ...options });
}
