/** `sandbox check`: everything that is wrong with specs, without starting anything. */

import * as fs from "node:fs";
import { checkSpec } from "../check/check.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Given } from "../spec/params.ts";
import { printDiagnostics, surroundings } from "./compile.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export interface CheckOptions {
  readonly format: string;
  readonly param: Given;
}

export async function run(files: readonly string[], options: CheckOptions): Promise<number> {
  const named = files.length > 0 ? files : specsHere();
  const around = surroundings(options.param);
  const found: Diagnostic[] = [];
  const sources = new Map<string, string>();
  for (const file of named) {
    try {
      const text = fs.readFileSync(file, "utf8");
      const checked = checkSpec({ file, text }, around);
      for (const [path, source] of checked.sources) sources.set(path, source);
      found.push(...checked.diagnostics);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code;
      if (why === undefined) throw error;
      found.push(
        diagnostic("SBX3002", null, `cannot read "${file}" (${why})`, {
          help: "name an existing file",
        }),
      );
    }
  }
  const errors = found.filter(({ severity }) => severity === "error").length;
  await print(found, sources, options.format);
  if (options.format === "human") {
    const specs = `${named.length} ${named.length === 1 ? "spec" : "specs"} checked`;
    const warnings = found.length - errors;
    write(STDERR, `${specs}: ${plural(errors, "error")}, ${plural(warnings, "warning")}\n`);
  }
  return errors > 0 ? 2 : 0;
}

async function print(
  found: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  format: string,
): Promise<void> {
  if (format === "json") {
    const { jsonText } = await import("../diag/json.ts");
    write(STDOUT, `${jsonText(found, sources)}\n`);
  } else if (format === "sarif") {
    const { sarifText } = await import("../diag/sarif.ts");
    write(STDOUT, sarifText(found, sources));
  } else if (format === "github") {
    const { githubText } = await import("../diag/github.ts");
    write(STDOUT, githubText(found, sources));
  } else printDiagnostics(found, sources);
}

function plural(count: number, noun: string): string {
  return count === 0 ? `no ${noun}s` : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function specsHere(): string[] {
  return [...new Bun.Glob("sandboxes/*.yaml").scanSync(".")].toSorted();
}
