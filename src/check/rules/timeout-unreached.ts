/** SBX2601: a time-out that a shorter one around it always forestalls. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import type { BoxDraft, ProcessDraft } from "../draft.ts";
import { durationOf, type Found } from "../values.ts";

export function timeoutUnreached(process: ProcessDraft, found: Found): void {
  const node = get(process.node, "timeout");
  const own = process.ir?.timeoutMs ?? null;
  if (node === null || own === null) return;
  for (let box: BoxDraft | null = process.box; box !== null; box = box.parent) {
    const around = get(box.node, "timeout");
    const ms = durationOf(around, []);
    if (around === null || ms === null || own <= ms) continue;
    const message = `the time-out of "${process.baseName}" is longer than its sandbox's`;
    found.push(
      diagnostic("SBX2601", node.span, message, {
        related: [{ span: around.span, label: "the sandbox is stopped after this" }],
        help: "shorten it, or lengthen the sandbox's",
      }),
    );
    return;
  }
}
