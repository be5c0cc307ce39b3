/** What `sandbox up` takes from the command line. */

import type { SpecOptions } from "../engine/compile-inputs.ts";
import type { ReportFormat } from "./render.ts";

export interface UpOptions extends SpecOptions {
  readonly json?: true;
  readonly for?: string;
  readonly report: ReportFormat;
  readonly all?: true;
  readonly canonical?: true;
  readonly trace?: true;
  readonly name?: string;
  readonly exitCodeFrom?: string;
}
