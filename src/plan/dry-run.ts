/** A plan with the same sandboxes and PIDs, whose processes do nothing: to try a host with. Pure. */

import type { Plan, SlotProcess } from "./plan.ts";

/** An init of its own lives until those that are put in beside it have come. */
const INIT_ARGV = ["/bin/sh", "-c", "sleep 1"];
const OTHER_ARGV = ["/bin/sh", "-c", ":"];

/** Identities and working directories stay, as a host may refuse them; files and limits do not. */
export function dryRunOf(plan: Plan): Plan {
  return {
    ...plan,
    sandboxes: plan.sandboxes.map((sandbox) => ({
      ...sandbox,
      until: { kind: "all" },
      timeoutMs: null,
    })),
    slots: plan.slots.map((slot, index) => {
      if (slot.process === null) return slot;
      const isInit = plan.sandboxes[slot.sandbox]?.initSlot === index;
      return { ...slot, process: idle(slot.process, isInit ? INIT_ARGV : OTHER_ARGV) };
    }),
  };
}

function idle(process: SlotProcess, argv: readonly string[]): SlotProcess {
  return {
    ...process,
    argv,
    limits: [],
    dependsOn: [],
    stdin: { kind: "null" },
    stdout: { kind: "null" },
    stderr: { kind: "null" },
    timeoutMs: null,
    essential: false,
    expect: null,
  };
}
