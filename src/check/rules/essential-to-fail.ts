/** SBX2615: an essential process that is expected to fail. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Found } from "../values.ts";

export function essentialToFail({ node, ir, baseName }: ProcessDraft, found: Found): void {
  const essential = get(node, "essential");
  const { exit, signal } = ir?.expect ?? {};
  const end = signal ?? (exit?.value === 0 ? undefined : exit);
  if (essential === null || ir?.essential !== true || end === undefined) return;
  const message = `"${baseName}" is essential, and expected to fail`;
  found.push(
    diagnostic("SBX2615", essential.span, message, {
      related: [{ span: end.span, label: "expected here" }],
      notes: ["the run fails with an essential process, also if that was expected"],
      help: "remove one of the two",
    }),
  );
}
