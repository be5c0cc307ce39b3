/** SBX2615: an essential process that is expected to fail. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

export function essentialToFail(
  { node, ir, baseName }: ProcessDraft,
  diagnostics: Diagnostic[],
): void {
  const essential = get(node, "essential");
  const { exit, signal } = ir?.expect ?? {};
  const end = signal ?? (exit?.value === 0 ? undefined : exit);
  if (essential === null || ir?.essential !== true || end === undefined) return;
  const message = `"${baseName}" is essential, and expected to fail`;
  diagnostics.push(
    diagnostic("SBX2615", essential.span, message, {
      related: [{ span: end.span, label: "expected here" }],
      notes: ["the run fails with an essential process, also if that was expected"],
      help: "remove one of the two",
    }),
  );
}
