/** `sandbox plan`: what a spec will do, as text, as canonical JSON, or as an image. */

import { EXIT } from "../base/exit-codes.ts";
import type { SpecOptions } from "../engine/compile-inputs.ts";
import { canonicalPlan } from "../plan/canonical.ts";
import { planText } from "../plan/text.ts";
import type { Formatted } from "./command.ts";
import { compileFile } from "./compile.ts";
import { saved } from "./kept.ts";
import { lookOf, STDOUT, write } from "./terminal.ts";

export interface PlanOptions extends SpecOptions, Formatted {
  readonly all?: true;
  readonly output?: string;
}

export async function run(file: string, options: PlanOptions): Promise<number> {
  const compiled = await compileFile(file, options);
  if (typeof compiled === "number") return compiled;
  if (options.output !== undefined) return saved(options.output, compiled.image);
  if (options.format === "json") write(STDOUT, `${canonicalPlan(compiled.plan)}\n`);
  else write(STDOUT, planText(compiled.plan, compiled.hash, lookOf(STDOUT, options.all)));
  return EXIT.ok;
}
