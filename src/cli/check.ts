/** `sandbox check`: everything that is wrong with specs, without starting anything. */

import * as fs from "node:fs";
import { checkSpec } from "../check/check.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { jsonText } from "../diag/json.ts";
import { printDiagnostics } from "./compile.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export async function run(files: readonly string[], options: { format: string }): Promise<number> {
  const named = files.length > 0 ? files : specsHere();
  const found: Diagnostic[] = [];
  const sources = new Map<string, string>();
  for (const file of named) {
    try {
      const text = fs.readFileSync(file, "utf8");
      sources.set(file, text);
      found.push(...checkSpec({ file, text }).diagnostics);
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
  if (options.format === "json") write(STDOUT, `${jsonText(found, sources)}\n`);
  else {
    printDiagnostics(found, sources);
    const specs = `${named.length} ${named.length === 1 ? "spec" : "specs"} checked`;
    const warnings = found.length - errors;
    write(STDERR, `${specs}: ${plural(errors, "error")}, ${plural(warnings, "warning")}\n`);
  }
  return errors > 0 ? 2 : 0;
}

function plural(count: number, noun: string): string {
  return count === 0 ? `no ${noun}s` : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function specsHere(): string[] {
  return [...new Bun.Glob("sandboxes/*.yaml").scanSync(".")].toSorted();
}
