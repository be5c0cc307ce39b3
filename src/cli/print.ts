/** Findings, for people, on standard error. */

import type { Diagnostic } from "../diag/diagnostic.ts";
import { humanText } from "../diag/human.ts";
import { columnsOf, hasColour, isTerminal, STDERR, write } from "./terminal.ts";

export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): void {
  if (diagnostics.length === 0) return;
  write(
    STDERR,
    `${humanText(diagnostics, sources, {
      colour: hasColour(STDERR),
      columns: isTerminal(STDERR) ? columnsOf(STDERR) : null,
    })}\n`,
  );
}
