/** SBX2317: a time-out of zero. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, type Node } from "../../spec/node.ts";
import type { ProcessDraft, SandboxDraft } from "../draft.ts";
import { durationOf } from "../values.ts";

export function zeroProcessTimeout({ node }: ProcessDraft, diagnostics: Diagnostic[]): void {
  check(node, diagnostics);
}

export function zeroSandboxTimeout({ node }: SandboxDraft, diagnostics: Diagnostic[]): void {
  check(node, diagnostics);
}

function check(node: Node, diagnostics: Diagnostic[]): void {
  const timeout = get(node, "timeout");
  if (timeout === null || durationOf(timeout, []) !== 0) return;
  diagnostics.push(
    diagnostic("SBX2317", timeout.span, "a time-out of nothing", {
      help: "write a time, or remove `timeout`",
    }),
  );
}
