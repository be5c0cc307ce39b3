/** SBX2602: a sandbox with nothing in it. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { definitions } from "../../spec/definitions.ts";
import { entriesOf, get } from "../../spec/node.ts";
import type { BoxDraft } from "../draft.ts";
import type { Found } from "../values.ts";

const FIELDS: ReadonlySet<string> = new Set(
  [definitions["Spec"], definitions["Sandbox"]].flatMap((part) =>
    Object.keys(part?.properties ?? {}),
  ),
);

export function emptySandbox(box: BoxDraft, found: Found): void {
  const members = (["processes", "sandboxes"] as const).map((key) => get(box.node, key));
  // One that was meant to have some has a finding of its own.
  if (members.some((node) => node !== null && (node.kind !== "map" || node.entries.length > 0))) {
    return;
  }
  if (entriesOf(box.node).some(({ key }) => !FIELDS.has(key))) return;
  found.push(
    diagnostic("SBX2602", box.span, `sandbox "${box.name}" has no processes and no sandboxes`, {
      help: "add `processes`, or remove it",
    }),
  );
}
