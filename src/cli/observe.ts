/** The report of a run as it is now: plan, state table and a snapshot together. I/O. */

import * as fs from "node:fs";
import { type LiveRun, liveRuns, runTable } from "../host/run-dir.ts";
import type { Plan } from "../plan/plan.ts";
import { buildReport } from "../report/build.ts";
import type { Report } from "../report/report.ts";
import { snapshotBelow } from "../run/snapshot.ts";
import { decodeImage } from "../wire/decode.ts";
import { decodeTable, type StateTable } from "../wire/table.ts";

export function observed(
  plan: Plan,
  hash: string,
  table: StateTable,
  phase: Report["phase"],
): Report {
  return buildReport({
    phase,
    plan,
    hash,
    table,
    snapshot: phase === "started" ? snapshotBelow(table.monitorPid) : [],
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

  report(): Report | null {
    const table = this.table();
    return table === null ? null : observed(this.plan, this.#hash, table, "started");
  }
}

/** The runs of this user, by name. */
export function observers(): Observer[] {
  return liveRuns().flatMap((run) => Observer.of(run) ?? []);
}
