/**
 * A word at a terminal when something takes long: one line at the bottom, written over itself, which
 * gives way to all other output. Nothing where standard error is no terminal. I/O.
 */

import { isTerminal } from "../host/is-terminal.ts";
import type { Plan } from "../plan/plan.ts";
import type { StopTimes } from "../report/progress-text.ts";
import type { StateTable } from "../wire/table.ts";
import { hideStatus, STDERR, showStatus } from "./terminal.ts";

/** How often it is looked while something is waited for, and while all goes on. */
const SOON_MS = 100;
const LATER_MS = 250;

/** To look takes at most one part of the time in so many: a table may have a million slots. */
const SHARE = 5;

export class Progress {
  readonly #plan: Plan;
  readonly #table: () => StateTable | null;
  readonly #stops: StopTimes = new Map();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isOver = false;

  constructor(plan: Plan, table: () => StateTable | null) {
    this.#plan = plan;
    this.#table = table;
    this.soon();
  }

  /** Something has changed: it is looked after 100 ms, unless that is not waited for. */
  soon(): void {
    this.#look(SOON_MS);
  }

  end(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    hideStatus();
  }

  #look(afterMs: number): void {
    if (this.#isOver || !isTerminal(STDERR)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), afterMs);
    this.#timer.unref();
  }

  #tick(): void {
    const begun = performance.now();
    const table = this.#table();
    const text =
      table === null ? null : texts().progressText(this.#plan, table, this.#stops, begun);
    if (text === null) hideStatus();
    else showStatus(text);
    const took = performance.now() - begun;
    this.#look(Math.max(text === null ? LATER_MS : SOON_MS, took * SHARE));
  }
}

/** Loaded where there is a terminal to write to. */
function texts(): typeof import("../report/progress-text.ts") {
  return require("../report/progress-text.ts");
}
