/** Clocks of a plan that would be below zero on this host: the kernel refuses them. I/O: procfs. */

import { readText } from "../host/machine.ts";
import type { Clocks } from "../ir/sandbox.ts";
import type { Plan, PlanSandbox } from "../plan/plan.ts";
import type { PlanObstacle } from "./plan-obstacle.ts";

/** What the clocks show here, in milliseconds. */
function clocksNow(): Clocks {
  const uptime = Number(readText("/proc/uptime")?.split(" ")[0] ?? 0);
  return {
    monotonicMs: Number(process.hrtime.bigint() / 1_000_000n),
    boottimeMs: Math.floor(uptime * 1_000),
  };
}

/** One for each sandbox that sets a clock back too far, the offsets around it counted. */
export function clockObstacles(plan: Plan, now: () => Clocks = clocksNow): PlanObstacle[] {
  const back = plan.sandboxes.filter(
    ({ clocks }) => clocks !== null && (clocks.monotonicMs < 0 || clocks.boottimeMs < 0),
  );
  if (back.length === 0) return [];
  const { monotonicMs, boottimeMs } = now();
  return back.flatMap((sandbox): PlanObstacle[] => {
    const ahead = sumOf(plan, sandbox);
    const left = Math.min(monotonicMs + ahead.monotonicMs, boottimeMs + ahead.boottimeMs);
    if (left >= 0) return [];
    const name = sandbox.path === "" ? plan.sandbox : sandbox.path;
    return [
      {
        code: "SBX3010",
        span: sandbox.span,
        message: `a clock of sandbox "${name}" would be ${Math.ceil(-left / 1_000)} s below zero here`,
        help: "set it back less: this host has not been up for so long (`uptime`)",
      },
    ];
  });
}

function sumOf({ sandboxes }: Plan, inside: PlanSandbox): Clocks {
  let monotonicMs = 0;
  let boottimeMs = 0;
  for (let at: PlanSandbox | undefined = inside; at !== undefined; ) {
    monotonicMs += at.clocks?.monotonicMs ?? 0;
    boottimeMs += at.clocks?.boottimeMs ?? 0;
    at = at.parent === null ? undefined : sandboxes[at.parent];
  }
  return { monotonicMs, boottimeMs };
}
