/** What the slots of a plan must have been at the end, one by one, in the order of the image. Pure. */

import type { Span } from "../base/span.ts";
import type { Plan } from "./plan.ts";

export interface Expectation {
  /** Index of the slot. */
  readonly slot: number;
  /** `pinned`: what a pin asks for; not written as an expectation, but judged as one. */
  readonly what: "pid" | "ppid" | "level" | "exit" | "signal" | "pinned";
  /** Level of the PID namespace that a PID is about. */
  readonly level: number;
  readonly value: number;
  readonly span: Span;
}

/** In the order of slots; those of one slot in the order of reports. */
export function expectationsOf(plan: Plan): Expectation[] {
  return plan.slots.flatMap(({ process, level: own }, slot): Expectation[] => {
    if (process === null) return [];
    const pinned = process.pins.map(({ level, pid, span }): Expectation => {
      return { slot, what: "pinned", level, value: pid, span };
    });
    if (process.expect === null) return pinned;
    const { pid, ppid, level, pids = [], exit, signal } = process.expect;
    const one = (what: Expectation["what"], expected: typeof pid): Expectation[] =>
      expected === undefined ? [] : [{ slot, what, level: own, ...expected }];
    return [
      ...pinned,
      ...one("pid", pid),
      ...one("ppid", ppid),
      ...one("level", level),
      ...pids.map((each): Expectation => {
        return { slot, what: "pid", level: each.level, value: each.pid, span: each.span };
      }),
      ...one("exit", exit),
      ...one("signal", signal),
    ];
  });
}
