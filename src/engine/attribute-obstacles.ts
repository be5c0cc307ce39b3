/** Niceness and OOM scores that this caller may not give. Pure but for what it asks `host`. */

import {
  leastNice,
  mayHaveOomScore,
  mayWriteAnyScore,
  ownOomScore,
} from "../host/attribute-rights.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { PlanObstacle } from "./plan-obstacle.ts";

/** What the caller may; asked for at most once each. */
export interface AttributeRights {
  readonly leastNice: () => number;
  readonly mayHaveOomScore: (score: number) => boolean;
  readonly mayWriteAnyScore: () => boolean;
  readonly ownOomScore: () => number;
}

const HOST: AttributeRights = { leastNice, mayHaveOomScore, mayWriteAnyScore, ownOomScore };

export function attributeObstacles(plan: Plan, rights = HOST): PlanObstacle[] {
  return [...niceObstacles(plan, rights), ...scoreObstacles(plan, rights)];
}

function niceObstacles({ slots }: Plan, rights: AttributeRights): PlanObstacle[] {
  const asked = slots.flatMap((slot) => (slot.process?.nice == null ? [] : [slot]));
  if (asked.length === 0) return [];
  const least = rights.leastNice();
  return asked.flatMap((slot) => {
    const nice = slot.process?.nice ?? 0;
    if (nice >= least) return [];
    const help =
      "ask for more, or have the caller's limit raised (ulimit -e) by who has CAP_SYS_NICE over the host";
    return [refused(slot, `nice ${nice}`, `this caller may give none below ${least}`, help)];
  });
}

function scoreObstacles(plan: Plan, rights: AttributeRights): PlanObstacle[] {
  const asked = plan.slots.flatMap((slot) => (slot.process?.oomScoreAdj == null ? [] : [slot]));
  if (asked.length === 0) return [];
  const own = rights.ownOomScore();
  const known = new Map<number, boolean>();
  return asked.flatMap((slot) => {
    const score = slot.process?.oomScoreAdj ?? 0;
    if (score === own) return [];
    const may = known.get(score) ?? rights.mayHaveOomScore(score);
    known.set(score, may);
    const what = `oom_score_adj ${score}`;
    if (!may) {
      const help = "ask for no less than the caller has, or run as root";
      return [refused(slot, what, "this caller may not lower it so far", help)];
    }
    // An init without capabilities over itself cannot open its own file once others can see it.
    const hasUserNamespace = plan.sandboxes[0]?.namespaces.user !== "inherit";
    if (hasUserNamespace || isInOutermost(plan, slot) || rights.mayWriteAnyScore()) return [];
    const help = "put the process into the root sandbox, or leave `user: inherit` out";
    return [refused(slot, what, "without a user namespace only the root sandbox can", help)];
  });
}

/** Whether its supervisor is the monitor or an init that the monitor makes. */
function isInOutermost(plan: Plan, { supervisor }: Slot): boolean {
  if (supervisor === null) return true;
  const init = plan.slots[plan.sandboxes[supervisor]?.initSlot ?? -1];
  return supervisor === 0 && init?.supervisor === null;
}

function refused(slot: Slot, what: string, why: string, help: string): PlanObstacle {
  const message = `process "${slot.path}" asks for ${what}, and ${why}`;
  return { code: "SBX3009", span: slot.span, message, help };
}
