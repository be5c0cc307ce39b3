/** `sandbox check`: everything that is wrong with specs, without starting anything. */

import * as fs from "node:fs";
import { join } from "node:path";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import { entryFor, isRight, keepRight } from "../engine/cache.ts";
import { compileInputs, readSpecFile, type SpecOptions } from "../engine/compile-inputs.ts";
import { leadsSomewhere } from "./input.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export interface CheckOptions extends SpecOptions {
  readonly format: string;
}

export async function run(files: readonly string[], options: CheckOptions): Promise<number> {
  const named = files.length > 0 ? files.flatMap(specsIn) : specsIn("sandboxes");
  if (named.length === 0) return nothingToCheck(files);
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  for (const file of named) diagnostics.push(...(await findingsIn(file, options, sources)));
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  await print(diagnostics, sources, options.format);
  if (options.format === "human") {
    const specs = `${named.length} ${named.length === 1 ? "spec" : "specs"} checked`;
    const warnings = diagnostics.length - errors;
    write(STDERR, `${specs}: ${plural(errors, "error")}, ${plural(warnings, "warning")}\n`);
  }
  return errors > 0 ? EXIT.spec : EXIT.ok;
}

/** A spec that has not changed since nothing was wrong with it is not checked again. */
async function findingsIn(
  file: string,
  options: SpecOptions,
  sources: Map<string, string>,
): Promise<readonly Diagnostic[]> {
  const read = readSpecFile(file, options);
  if (!read.ok) return [(await import("./unreadable.ts")).unreadable(file, read)];
  const { bytes } = read;
  const around = compileInputs(file, options);
  const entry = entryFor(file, bytes, around);
  if (isRight(entry, around)) return [];
  const { checkFile } = await import("../check/check.ts");
  const checked = checkFile({ file, text: new TextDecoder().decode(bytes) }, around);
  for (const [path, source] of checked.sources) sources.set(path, source);
  if (checked.diagnostics.length === 0) keepRight(entry, checked.sources);
  return checked.diagnostics;
}

async function print(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  format: string,
): Promise<void> {
  if (format === "json") {
    const { jsonText } = await import("../diag/json.ts");
    write(STDOUT, `${jsonText(diagnostics, sources)}\n`);
  } else if (format === "sarif") {
    const { sarifText } = await import("../diag/sarif.ts");
    write(STDOUT, sarifText(diagnostics, sources));
  } else if (format === "github") {
    const { githubText } = await import("../diag/github.ts");
    write(STDOUT, githubText(diagnostics, sources));
  } else if (diagnostics.length > 0) {
    const { printDiagnostics } = await import("./print.ts");
    printDiagnostics(diagnostics, sources);
  }
}

function plural(count: number, noun: string): string {
  return count === 0 ? `no ${noun}s` : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A directory stands for the specs in it; `-` is standard input. */
function specsIn(path: string): string[] {
  if (!leadsSomewhere(path) || !fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return path === "sandboxes" ? [] : [path];
  }
  const names = fs.readdirSync(path).filter((name) => /\.yaml$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}

/** That nothing was wrong would be true, and not what was asked. */
function nothingToCheck(directories: readonly string[]): number {
  const directoryNames = directories.length === 0 ? "sandboxes" : directories.join(", ");
  write(
    STDERR,
    `sandbox: no *.yaml in ${escapeText(directoryNames)}; name a spec, or write one with \`sandbox init\`\n`,
  );
  return EXIT.spec;
}
