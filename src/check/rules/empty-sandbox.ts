/** SBX2602: a sandbox with nothing in it. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { definitions } from "../../spec/definitions.ts";
import { entriesOf, get } from "../../spec/node.ts";
import type { SandboxDraft } from "../draft.ts";

const FIELDS: ReadonlySet<string> = new Set(
  [definitions["Spec"], definitions["Sandbox"]].flatMap((part) =>
    Object.keys(part?.properties ?? {}),
  ),
);

export function emptySandbox(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  const members = (["processes", "sandboxes"] as const).map((key) => get(sandbox.node, key));
  // A wrong value there has its own diagnostic.
  if (members.some((node) => node !== null && (node.kind !== "map" || node.entries.length > 0))) {
    return;
  }
  if (entriesOf(sandbox.node).some(({ key }) => !FIELDS.has(key))) return;
  diagnostics.push(
    diagnostic(
      "SBX2602",
      sandbox.span,
      `sandbox "${sandbox.name}" has no processes and no sandboxes`,
      {
        help: "add `processes`, or remove it",
      },
    ),
  );
}
