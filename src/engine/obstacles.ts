/** All that is known to be in the way of a plan here, before anything is started. I/O: reads procfs. */

import {
  hasAdmin,
  levelsLeft,
  limitCeiling,
  mayChoosePids,
  type Obstacle,
  userNamespaceObstacle,
} from "../host/preflight.ts";
import type { Plan } from "../plan/plan.ts";
import { attributeObstacles } from "./attribute-obstacles.ts";
import { clockObstacles } from "./clock-obstacles.ts";
import type { PlanObstacle } from "./plan-obstacle.ts";
import { idObstacles } from "./rootless-ids.ts";

/** By kind, each in plan order. */
export function obstaclesTo(plan: Plan): PlanObstacle[] {
  const [root] = plan.sandboxes;
  if (root === undefined) return [];
  const isRootless = root.namespaces.user !== "inherit" && !hasAdmin();
  const ofRun = levelObstacle(plan) ?? (isRootless ? userNamespaceObstacle() : null);
  return [
    ...(ofRun === null ? [] : [{ ...ofRun, span: root.span }]),
    ...(mayChoosePids() ? [] : hostPins(plan)),
    ...limitObstacles(plan),
    ...attributeObstacles(plan),
    ...clockObstacles(plan),
    ...(isRootless ? idObstacles(plan, caller()) : []),
  ];
}

const caller = () => ({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 });

function levelObstacle({ sandboxes }: Plan): Obstacle | null {
  const deepest = sandboxes.reduce((most, { level }) => Math.max(most, level), 0);
  const left = levelsLeft();
  if (deepest <= left) return null;
  return {
    code: "SBX3003",
    message: `the plan needs ${deepest} PID namespace levels, but ${left} are left here`,
    help: "run it further out, or nest less deep",
  };
}

/** PIDs in the caller's own namespace, which it may not choose. Source: clone(2). */
function hostPins(plan: Plan): PlanObstacle[] {
  const pins = plan.slots.flatMap(({ process }) => process?.pins ?? []);
  return pins
    .filter(({ level }) => level === 0)
    .map(({ span }) => ({
      code: "SBX3006",
      span,
      message: "a PID on the host is pinned, and an ordinary user may choose none there",
      help: "run as root or with CAP_CHECKPOINT_RESTORE, or pin it at a level of the spec",
    }));
}

/** Source: getrlimit(2). */
function limitObstacles(plan: Plan): PlanObstacle[] {
  const bounds = new Map<string, ReturnType<typeof limitCeiling>>();
  return plan.slots.flatMap((slot) =>
    (slot.process?.limits ?? []).flatMap(({ name, hard }): PlanObstacle[] => {
      const { ceiling, isHosts } = bounds.get(name) ?? limitCeiling(name);
      bounds.set(name, { ceiling, isHosts });
      if ((hard ?? Infinity) <= ceiling) return [];
      const request = `process "${slot.path}" asks for ${name} ${hard ?? "unlimited"}`;
      const who = isHosts ? "this host gives nobody" : "this caller may have no";
      const message = `${request}, and ${who} more than ${ceiling}`;
      const help = isHosts
        ? "ask for less, or raise it with `sysctl -w fs.nr_open=…`"
        : "ask for less, or have the caller's hard limit (ulimit -H) raised by who has CAP_SYS_RESOURCE";
      return [{ code: "SBX3007", span: slot.span, message, help }];
    }),
  );
}
