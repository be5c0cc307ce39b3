/** Writes a run's plan back as a spec with the same names and the same plan. Pure. */

import { signalName } from "../ir/signals.ts";
import type { Plan } from "../plan/plan.ts";
import type { SlotState, StateTable } from "../wire/table.ts";
import { type PlanPart, partOfPlan } from "./plan-part.ts";
import { forkedRemark } from "./remarks.ts";
import { specOfPlan, withOwnNames } from "./spec-of-plan.ts";
import { specText } from "./spec-tree.ts";

/** A process of the run that the plan does not declare. */
export interface Forked {
  readonly pid: number;
  readonly argv: readonly string[];
  /** PID of its nearest declared ancestor. */
  readonly ancestor: number;
}

export interface CapturedRun {
  readonly run: string;
  readonly plan: Plan;
  readonly table: StateTable;
  /** The slot to capture; an init's stands for its sandbox; null: the whole run. */
  readonly slot: number | null;
  readonly forked: readonly Forked[];
  /** The start directory of processes without `cwd`; null: not known. */
  readonly startDir: string | null;
}

export function captureRun(captured: CapturedRun): string {
  const { run, table, startDir, forked } = captured;
  const part = partOf(captured);
  const first = specOfPlan(part.plan);
  const named = first.unfolded.size === 0 ? part.plan : withOwnNames(part.plan, first.unfolded);
  const { root } = specOfPlan(named, {
    sandbox: () => [],
    slot: (index) => {
      const state = table.slots[part.slots[index] ?? 0];
      return [
        ...(state === undefined ? [] : stateRemarks(state, forked)),
        ...(part.outside.get(index) ?? []).map((path) => `waited for ${path}, which is not here`),
      ];
    },
  });
  const hasStartDir = part.plan.slots.some(
    ({ process }) => process !== null && process.cwd === null,
  );
  return specText(root, [
    `Captured from the run ${run}: what its plan declares. What its processes fork is not written,`,
    "as they fork it again.",
    ...(first.unfolded.size === 0
      ? []
      : [
          `Copies that differ by more than their numbers have names of their own: ${[...first.unfolded].join(", ")}.`,
        ]),
    ...(hasStartDir && startDir !== null
      ? [`Processes without \`cwd\` start in the folder of this file; there it was ${startDir}.`]
      : []),
  ]);
}

function partOf({ plan, slot }: CapturedRun): PlanPart {
  if (slot === null) return partOfPlan(plan, 0, null);
  const top = plan.slots[slot]?.sandbox ?? 0;
  return partOfPlan(plan, top, plan.sandboxes[top]?.initSlot === slot ? null : slot);
}

function stateRemarks({ state, exitCode, exitSignal, pids }: SlotState, forked: readonly Forked[]) {
  const own = forked.filter(({ ancestor }) => state === "running" && ancestor === pids[0]);
  return [
    ...(state === "pending" || state === "skipped" ? ["had not started"] : []),
    ...(state === "failed" ? ["could not be started"] : []),
    ...(state !== "exited"
      ? []
      : exitSignal > 0
        ? [`had been ended by SIG${signalName(exitSignal)}`]
        : [`had ended with code ${exitCode}`]),
    ...forkedRemark(own.map(({ argv }) => argv)),
  ];
}
