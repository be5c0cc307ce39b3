/** SBX2108: one process named twice by `depends_on`. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Found } from "../values.ts";

export function dependencyTwice({ ir, baseName }: ProcessDraft, found: Found): void {
  const seen = new Map<string, NonNullable<typeof ir>["dependsOn"][number]>();
  for (const dependency of ir?.dependsOn ?? []) {
    const key = `${dependency.path} ${dependency.condition}`;
    const other = seen.get(key);
    seen.set(key, other ?? dependency);
    // A replicated name stands for several paths at one place.
    if (other === undefined || other.span.start === dependency.span.start) continue;
    const message = `process "${baseName}" waits for "${dependency.path}" twice`;
    found.push(
      diagnostic("SBX2108", dependency.span, message, {
        related: [{ span: other.span, label: "the first time" }],
        help: "remove one of the two",
      }),
    );
  }
}
