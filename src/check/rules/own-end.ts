/** SBX2109, SBX2607: a process waits for an init around it, which starts before it and ends after. Pure. */

import { isMetBy } from "../../base/wait-conditions.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { type ProcessDraft, pathOf, type SandboxDraft } from "../draft.ts";

export function ownEnd(process: ProcessDraft, diagnostics: Diagnostic[]): void {
  const dependencies = process.ir?.dependsOn ?? [];
  if (dependencies.length === 0) return;
  const around = new Set<string>();
  for (
    let sandbox: SandboxDraft | null = process.sandbox;
    sandbox !== null;
    sandbox = sandbox.parent
  ) {
    around.add(pathOf(sandbox, "init"));
  }
  for (const { path, condition, span } of dependencies) {
    if (!around.has(path)) continue;
    if (isMetBy(condition, ["start"])) {
      diagnostics.push(
        diagnostic("SBX2607", span, `"${path}" always starts before "${process.baseName}"`, {
          help: "remove the dependency",
        }),
      );
    } else {
      const message = `"${process.baseName}" waits for the end of "${path}", which waits for its own`;
      diagnostics.push(
        diagnostic("SBX2109", span, message, {
          help: "wait for a process, or move this one out of the sandbox",
        }),
      );
    }
  }
}
