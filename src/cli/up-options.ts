/** What `sandbox up` takes from the command line. */

import type { SpecOptions } from "../engine/compile-inputs.ts";
import type { Formatted } from "./command.ts";
import type { UpFormat } from "./render.ts";

export interface UpOptions extends SpecOptions, Formatted<UpFormat> {
  readonly for?: string;
  /** Without reports and words for people. */
  readonly quiet?: true;
  readonly verbose?: true;
  /** False: output without names before its lines. */
  readonly prefix?: boolean;
  readonly timestamps?: true;
  readonly all?: true;
  readonly canonical?: true;
  readonly trace?: true;
  readonly name?: string;
  readonly exitCodeFrom?: string;
}

/** Formats for people, who may read two of them with the output of processes in between. */
export const TEXTS: ReadonlySet<UpFormat> = new Set(["table", "tree", "timeline"]);

/** Whether standard output is for a program, so that nothing but reports may be there. */
export function isForProgram({ format }: UpOptions): boolean {
  return !TEXTS.has(format);
}
