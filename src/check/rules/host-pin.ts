/** SBX2606: a PID pinned on the host, which is not ours to give. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { entryOf, get } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Found } from "../values.ts";

export function hostPin({ node, baseName }: ProcessDraft, found: Found): void {
  const host = entryOf(get(node, "pids"), "host");
  if (host === null) return;
  found.push(
    diagnostic("SBX2606", host.keySpan, `"${baseName}" is pinned on the host`, {
      label: "level 0 is shared with every other process",
      help: "pin it at a level of this spec, or leave the number to the kernel",
    }),
  );
}
