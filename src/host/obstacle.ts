/** What is in the way of a plan on this host, and the mend. Pure. */

import type { Span } from "../base/span.ts";

export interface Obstacle {
  readonly code: "SBX3003" | "SBX3004" | "SBX3006" | "SBX3007" | "SBX3008";
  readonly message: string;
  readonly help: string;
}

/** With what in the spec asks for it. */
export interface PlanObstacle extends Obstacle {
  readonly span: Span;
}
