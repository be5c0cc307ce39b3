/** The report of a run as it is now: plan, state table and a snapshot together. I/O. */

import * as fs from "node:fs";
import { type LiveRun, liveRuns, runTable } from "../host/run-dir.ts";
import type { Plan } from "../plan/plan.ts";
import { buildReport } from "../report/build.ts";
import type { Report } from "../report/report.ts";
import { type SnapshotOptions, snapshotOf } from "../run/snapshot.ts";
import { decodeImage } from "../wire/decode.ts";
import { decodeTable, type StateTable } from "../wire/table.ts";

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

/** A run that is going on, with its plan; what a second terminal looks at. */
export class Observer {
  readonly run: LiveRun;
  readonly plan: Plan;
  readonly #hash: string;
  readonly #levels: readonly number[];

  /** Null where the run has ended, or has only begun to be made. */
  static of(run: LiveRun): Observer | null {
    try {
      const decoded = decodeImage(fs.readFileSync(run.planPath));
      return decoded.ok ? new Observer(run, decoded.plan, decoded.hash) : null;
    } catch {
      return null;
    }
  }

  private constructor(run: LiveRun, plan: Plan, hash: string) {
    this.run = run;
    this.plan = plan;
    this.#hash = hash;
    this.#levels = plan.slots.map(({ level }) => level);
  }

  /** Null once the run has ended. */
  table(): StateTable | null {
    const bytes = runTable(this.run);
    const table = bytes === null ? null : decodeTable(bytes, this.#levels);
    return table === null || table.phase === "ended" ? null : table;
  }

  report(options: SnapshotOptions = {}): Report | null {
    const table = this.table();
    if (table === null) return null;
    const readTable = () => this.table();
    const { plan } = this;
    return observed({ plan, hash: this.#hash, phase: "started", table, readTable, ...options });
  }
}

/** The runs of this user, by name. */
export function observers(): Observer[] {
  return liveRuns().flatMap((run) => Observer.of(run) ?? []);
}
