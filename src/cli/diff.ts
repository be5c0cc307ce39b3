/** `sandbox diff`: what two specs or plans do differently. */

import { GREEN, RED, YELLOW } from "../base/colours.ts";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { jsonLine } from "../base/json-text.ts";
import type { SpecOptions } from "../engine/compile-inputs.ts";
import { type Change, diffText, planDiff } from "../plan/diff.ts";
import type { Formatted } from "./command.ts";
import { compileFile } from "./compile.ts";
import { readReport } from "./kept.ts";
import { hasColour, STDERR, STDOUT, write } from "./terminal.ts";

export interface DiffOptions extends SpecOptions, Formatted {}

/** Two reports that were kept: who is new, gone, or renumbered. */
async function reports(before: string, after: string, options: DiffOptions): Promise<number> {
  const { reportDiff } = await import("../report/diff.ts");
  const [old, now] = [await readReport(before), await readReport(after)];
  for (const read of [old, now]) {
    if (typeof read === "string") write(STDERR, `error: ${read}\n`);
  }
  if (typeof old === "string" || typeof now === "string") return EXIT.spec;
  const changes = reportDiff(old, now);
  const text = changes.map(({ kind, path, lines }) => {
    const head = painted(kind, `${SIGNS[kind]} ${escapeText(path)}`);
    return [head, ...lines.map((line) => `    ${escapeText(line)}`)].join("\n");
  });
  write(
    STDOUT,
    options.format === "json" ? jsonLine({ changes }) : text.map((each) => `${each}\n`).join(""),
  );
  return changes.length > 0 ? EXIT.failed : EXIT.ok;
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;
const COLOURS: Readonly<Record<Change["kind"], string>> = {
  added: GREEN,
  removed: RED,
  changed: YELLOW,
};

/** Exit code as of diff(1): 0 nothing, 1 something; 2 where one of them has errors. */
export async function run(before: string, after: string, options: DiffOptions): Promise<number> {
  if ([before, after].every((file) => /\.jsonl?$/.test(file)))
    return reports(before, after, options);
  const plans = [await compileFile(before, options), await compileFile(after, options)];
  const [old, now] = plans;
  if (typeof old === "number" || old === undefined) return old ?? 2;
  if (typeof now === "number" || now === undefined) return now ?? 2;
  const changes = planDiff(old.plan, now.plan);
  const text =
    options.format === "json"
      ? jsonLine({ diff: 1, before: old.hash, after: now.hash, changes })
      : diffText(changes, painted);
  write(STDOUT, text);
  return changes.length > 0 ? EXIT.failed : EXIT.ok;
}

function painted(kind: Change["kind"], line: string): string {
  return hasColour(STDOUT) ? `\u001b[${COLOURS[kind]}m${line}\u001b[0m` : line;
}
