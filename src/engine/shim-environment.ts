/** The environment that a run's shim has: what its processes take over from the caller, no more. */

import { callerVariable } from "../host/launch.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Undefined: the whole environment of this program, byte for byte. A value that is no UTF-8 cannot
 * be given in any other way, and a developer's own shim (SANDBOX_SHIM) may have been built to read
 * more.
 */
export function shimEnvironment(plan: Plan): Record<string, string> | undefined {
  const names = new Set(plan.slots.flatMap(({ process }) => process?.inheritEnv ?? []));
  const variables = [...names].flatMap((name) => {
    const value = callerVariable(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const isText = variables.every(([, value]) => !value.includes("\ufffd"));
  return isText && !process.env["SANDBOX_SHIM"] ? Object.fromEntries(variables) : undefined;
}
