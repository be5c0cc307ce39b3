/** `sandbox check`: everything that is wrong with specs, without starting anything. */

import { EXIT } from "../base/exit-codes.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import type { PathOf } from "../diag/sarif.ts";
import { entryFor, isRight, keepRight } from "../engine/cache.ts";
import { compileInputs, readSpecFile, type SpecOptions } from "../engine/compile-inputs.ts";
import type { SpecReading } from "../host/spec-folders.ts";
import { isFolder } from "./input.ts";
import type { SpecFiles } from "./spec-files.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export interface CheckOptions extends SpecOptions {
  readonly format: string;
  readonly denyWarnings?: true;
}

export async function run(names: readonly string[], options: CheckOptions): Promise<number> {
  const { files, unnamed, unreadable } = await filesOf(names);
  if (files.length + unreadable.length === 0) {
    write(STDERR, (await import("./spec-files.ts")).noSpecsText(names));
    return EXIT.spec;
  }
  const all: Diagnostic[] = [];
  for (const { file, reading } of unreadable) all.push(await unread(file, reading));
  const sources = new Map<string, string>();
  let foreign = 0;
  for (const file of files) {
    const diagnostics = await findingsIn(file, options, sources);
    // A folder may hold other tools' files beside specs; one that is named is meant.
    if (unnamed.has(file) && diagnostics[0]?.code === "SBX2013") foreign++;
    else all.push(...diagnostics);
  }
  const diagnostics = files.length > 1 ? once(all) : all;
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  await print(diagnostics, sources, options.format);
  if (options.format === "human") {
    const count = files.length - foreign;
    const specs = `${count} ${count === 1 ? "spec" : "specs"} checked`;
    const warnings = diagnostics.length - errors;
    const others = foreign === 0 ? "" : `; other tools' files: ${foreign}`;
    write(
      STDERR,
      `${specs}: ${plural(errors, "error")}, ${plural(warnings, "warning")}${others}\n`,
    );
  }
  const wrong = options.denyWarnings === true ? diagnostics.length : errors;
  return wrong > 0 ? EXIT.spec : EXIT.ok;
}

/** Names of files need no look at folders, which takes a module of its own. */
async function filesOf(names: readonly string[]): Promise<SpecFiles> {
  if (names.length === 1 && !names.some(isFolder)) {
    return { files: names, unnamed: new Set(), unreadable: [] };
  }
  return (await import("./spec-files.ts")).specFiles(names);
}

/** What is wrong with a file that several specs include is one finding. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const keys = new Set<string>();
  return diagnostics.filter(({ code, span, message }) => {
    const key = `${code} ${span.file} ${span.start} ${message}`;
    return span.file === "" || (!keys.has(key) && keys.add(key));
  });
}

async function unread(file: string, reading: SpecReading & { ok: false }): Promise<Diagnostic> {
  return (await import("./unreadable.ts")).unreadable(file, reading);
}

/** A spec that has not changed since nothing was wrong with it is not checked again. */
async function findingsIn(
  file: string,
  options: SpecOptions,
  sources: Map<string, string>,
): Promise<readonly Diagnostic[]> {
  const read = readSpecFile(file, options);
  if (!read.ok) return [await unread(file, read)];
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
    write(STDOUT, sarifText(diagnostics, sources, await repositoryPaths()));
  } else if (format === "github") {
    const { githubText } = await import("../diag/github.ts");
    write(STDOUT, githubText(diagnostics, sources, await repositoryPaths()));
  } else if (diagnostics.length > 0) {
    const { printDiagnostics } = await import("./print.ts");
    printDiagnostics(diagnostics, sources);
  }
}

/** What a forge shows beside its files it knows by their paths from the top of the repository. */
async function repositoryPaths(): Promise<PathOf> {
  return (await import("../host/repository-path.ts")).repositoryPath;
}

function plural(count: number, noun: string): string {
  return count === 0 ? `no ${noun}s` : `${count} ${noun}${count === 1 ? "" : "s"}`;
}
