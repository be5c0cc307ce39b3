/** What options are where none is given: of the commands that run without their parser too. */

import type { CheckOptions } from "./check.ts";
import type { UpOptions } from "./up.ts";

export const DEFAULTS: { readonly check: CheckOptions; readonly up: UpOptions } = {
  check: { format: "human", param: {}, allowInclude: [] },
  up: { report: "table", param: {}, allowInclude: [] },
};
