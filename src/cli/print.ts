/** Findings, for people, on standard error. */

import { EXIT } from "../base/exit-codes.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import { isTerminal } from "../host/is-terminal.ts";
import { SPEC_SIZE_MAX } from "../spec/bounds.ts";
import type { Load } from "../spec/include.ts";
import { columnsOf, hasColour, STDERR, write } from "./terminal.ts";

export const NO_SOURCES: ReadonlyMap<string, string> = new Map();

export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): void {
  if (diagnostics.length === 0) return;
  write(
    STDERR,
    `${human().humanText(diagnostics, sources, {
      colour: hasColour(STDERR),
      columns: isTerminal(STDERR) ? columnsOf(STDERR) : null,
    })}\n`,
  );
}

/** Loaded where something is found: most runs have nothing to say here. */
function human(): typeof import("../diag/human.ts") {
  return require("../diag/human.ts");
}

/**
 * With the texts that they point into, as these are now. Of files that are gone, and of those that an
 * image names and a spec could not, there is none: such a finding is printed without a frame.
 */
export function printQuoting(diagnostics: readonly Diagnostic[], load: Load): void {
  const sources = new Map<string, string>();
  for (const { span } of diagnostics) {
    if (span.file === "" || span.file === "-" || sources.has(span.file)) continue;
    const text = load(span.file, SPEC_SIZE_MAX);
    if (typeof text === "string") sources.set(span.file, text);
  }
  printDiagnostics(diagnostics, sources);
}

/** What this host cannot do; the exit code that says so. */
export function refuse(...diagnostics: Diagnostic[]): number {
  printDiagnostics(diagnostics, NO_SOURCES);
  return EXIT.host;
}
