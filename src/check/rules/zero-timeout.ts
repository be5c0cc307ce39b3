/** SBX2317: a time-out that leaves no time. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, type Node } from "../../spec/node.ts";
import type { BoxDraft, ProcessDraft } from "../draft.ts";
import { durationOf, type Found } from "../values.ts";

export function zeroProcessTimeout({ node }: ProcessDraft, found: Found): void {
  check(node, found);
}

export function zeroSandboxTimeout({ node }: BoxDraft, found: Found): void {
  check(node, found);
}

function check(node: Node, found: Found): void {
  const timeout = get(node, "timeout");
  if (timeout === null || durationOf(timeout, []) !== 0) return;
  found.push(
    diagnostic("SBX2317", timeout.span, "a time-out of nothing", {
      help: "write a time, or remove `timeout`",
    }),
  );
}
