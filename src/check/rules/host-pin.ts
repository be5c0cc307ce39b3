/** SBX2606: a PID pinned at level 0, which every process of the host shares. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entryOf, get } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

export function hostPin({ node, baseName }: ProcessDraft, diagnostics: Diagnostic[]): void {
  const host = entryOf(get(node, "pids"), "host");
  if (host === null) return;
  diagnostics.push(
    diagnostic("SBX2606", host.keySpan, `"${baseName}" is pinned on the host`, {
      label: "level 0 is shared with every other process",
      help: "pin it at a level of this spec, or leave the number to the kernel",
    }),
  );
}
