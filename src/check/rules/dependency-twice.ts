/** SBX2108: one process named twice by `depends_on`. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { Dependency } from "../../ir/process.ts";
import type { ProcessDraft } from "../draft.ts";

export function dependencyTwice({ ir, baseName }: ProcessDraft, diagnostics: Diagnostic[]): void {
  if (ir === null || ir.dependsOn.length < 2) return;
  const firstByKey = new Map<string, Dependency>();
  for (const dependency of ir.dependsOn) {
    const key = `${dependency.path} ${dependency.condition}`;
    const other = firstByKey.get(key);
    firstByKey.set(key, other ?? dependency);
    // The name of a process with replicas is several paths with one span.
    if (other === undefined || other.span.start === dependency.span.start) continue;
    const message = `process "${baseName}" waits for "${dependency.path}" twice`;
    diagnostics.push(
      diagnostic("SBX2108", dependency.span, message, {
        related: [{ span: other.span, label: "the first time" }],
        help: "remove one of the two",
      }),
    );
  }
}
