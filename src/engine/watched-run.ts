/** A run that is going on, with its plan and its state table; what a second terminal has. I/O. */

import * as fs from "node:fs";
import type { Plan } from "../plan/plan.ts";
import { type Decoded, decodeImage } from "../wire/decode.ts";
import type { Params } from "../wire/params.ts";
import { decodeTable, type StateTable } from "../wire/table.ts";
import { type LiveRun, liveRuns, runTable } from "./run-dir.ts";

export class WatchedRun {
  readonly run: LiveRun;
  readonly plan: Plan;
  readonly hash: string;
  readonly params: Params;
  readonly #levels: readonly number[];

  /** Null where the run has ended, or has only begun to be made. */
  static of(run: LiveRun): WatchedRun | null {
    try {
      const decoded = decodeImage(fs.readFileSync(run.planPath));
      return decoded.ok ? new WatchedRun(run, decoded) : null;
    } catch {
      return null;
    }
  }

  private constructor(run: LiveRun, { plan, hash, params }: Extract<Decoded, { ok: true }>) {
    this.run = run;
    this.plan = plan;
    this.hash = hash;
    this.params = params;
    this.#levels = plan.slots.map(({ level }) => level);
  }

  /** Null once the run has ended. */
  table(): StateTable | null {
    const bytes = runTable(this.run);
    const table = bytes === null ? null : decodeTable(bytes, this.#levels);
    return table === null || table.phase === "ended" ? null : table;
  }
}

/** The runs of this user, by name. */
export function watchedRuns(): WatchedRun[] {
  return liveRuns().flatMap((run) => WatchedRun.of(run) ?? []);
}

/** A run, and what in it a PID stands for. */
export interface Holder {
  readonly watched: WatchedRun;
  readonly table: StateTable;
  /** Null: the run as a whole, by its monitor or by the command that started it. */
  readonly slot: number | null;
}

/** The run of ours that promises this very process; null where none does. */
export function holderOf(pid: number, parentOf: (pid: number) => number): Holder | null {
  for (const watched of watchedRuns()) {
    if (!watched.run.isHere) continue;
    const table = watched.table();
    if (table === null) continue;
    const { monitorPid, slots } = table;
    if (pid === monitorPid || pid === parentOf(monitorPid)) return { watched, table, slot: null };
    const slot = slots.findIndex(({ state, pids }) => state === "running" && pids[0] === pid);
    if (slot >= 0) return { watched, table, slot };
  }
  return null;
}
