/** SBX2601: a time-out that a shorter one around it always forestalls. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, type Node } from "../../spec/node.ts";
import type { BoxDraft, ProcessDraft } from "../draft.ts";
import { durationOf, type Found } from "../values.ts";

export function processTimeoutUnreached({ node, baseName, box }: ProcessDraft, found: Found): void {
  unreached(get(node, "timeout"), baseName, box, found);
}

export function sandboxTimeoutUnreached({ node, name, parent }: BoxDraft, found: Found): void {
  unreached(get(node, "timeout"), name, parent, found);
}

function unreached(node: Node | null, name: string, inside: BoxDraft | null, found: Found): void {
  const own = durationOf(node, []);
  if (node === null || own === null) return;
  for (let box = inside; box !== null; box = box.parent) {
    const around = get(box.node, "timeout");
    const ms = durationOf(around, []);
    if (around === null || ms === null || own <= ms) continue;
    found.push(
      diagnostic("SBX2601", node.span, `the time-out of "${name}" is longer than its sandbox's`, {
        related: [{ span: around.span, label: "the sandbox is stopped after this" }],
        help: "shorten it, or lengthen the sandbox's",
      }),
    );
    return;
  }
}
