/** What is in the way of a plan on this host, with what in its spec asks for it. Pure. */

import type { Span } from "../base/span.ts";
import type { Obstacle } from "../host/preflight.ts";

export interface PlanObstacle extends Obstacle {
  readonly span: Span;
}
