/** What is in the way of a plan, as diagnostics sorted by span, without those that copies share. Pure. */

import { type Diagnostic, dedupeCopies, diagnostic, sorted } from "../diag/diagnostic.ts";
import type { PlanObstacle } from "../engine/plan-obstacle.ts";

export function obstacleDiagnostics(obstacles: readonly PlanObstacle[]): Diagnostic[] {
  const diagnostics = obstacles.map(({ code, span, message, help }) =>
    diagnostic(code, span, message, { help }),
  );
  return sorted(dedupeCopies(diagnostics));
}
