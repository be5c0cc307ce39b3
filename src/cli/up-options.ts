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

/** Formats for people, who may read two of them with the output of processes in between. */
export const TEXTS: ReadonlySet<ReportFormat> = new Set(["table", "tree", "timeline"]);

/** Whether standard output is for a program, so that nothing but reports may be there. */
export function isForProgram({ json, report }: UpOptions): boolean {
  return json === true || !TEXTS.has(report);
}
