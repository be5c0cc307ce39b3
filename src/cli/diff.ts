/** `sandbox diff`: what two specs or plans do differently. */

import { type Change, diffText, planDiff } from "../plan/diff.ts";
import type { Given } from "../spec/params.ts";
import { compileFile } from "./compile.ts";
import { hasColour, STDOUT, write } from "./terminal.ts";

export interface DiffOptions {
  readonly json?: true;
  readonly param: Given;
}

const COLOURS: Readonly<Record<Change["kind"], number>> = { added: 32, removed: 31, changed: 33 };

/** Exit code as of diff(1): 0 nothing, 1 something; 2 where one of them has errors. */
export async function run(before: string, after: string, options: DiffOptions): Promise<number> {
  const plans = [await compileFile(before, options.param), await compileFile(after, options.param)];
  const [old, now] = plans;
  if (typeof old === "number" || old === undefined) return old ?? 2;
  if (typeof now === "number" || now === undefined) return now ?? 2;
  const changes = planDiff(old.plan, now.plan);
  const paint = (kind: Change["kind"], line: string) =>
    hasColour(STDOUT) ? `\u001b[${COLOURS[kind]}m${line}\u001b[0m` : line;
  const text = options.json
    ? `${JSON.stringify({ diff: 1, before: old.hash, after: now.hash, changes })}\n`
    : diffText(changes, paint);
  write(STDOUT, text);
  return changes.length > 0 ? 1 : 0;
}
