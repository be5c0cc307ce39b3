/** SBX2602: a sandbox with nothing in it. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import type { BoxDraft } from "../draft.ts";
import type { Found } from "../values.ts";

export function emptySandbox(box: BoxDraft, found: Found): void {
  const members = (["processes", "sandboxes"] as const).map((key) => get(box.node, key));
  // One that was meant to have some has a finding of its own.
  if (members.some((node) => node !== null && (node.kind !== "map" || node.entries.length > 0))) {
    return;
  }
  found.push(
    diagnostic("SBX2602", box.span, `sandbox "${box.name}" has no processes and no sandboxes`, {
      help: "add `processes`, or remove it",
    }),
  );
}
