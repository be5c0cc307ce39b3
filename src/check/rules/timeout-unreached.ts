/** SBX2601: a time-out that never fires, because a sandbox around has a shorter one. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, type Node } from "../../spec/node.ts";
import type { ProcessDraft, SandboxDraft } from "../draft.ts";
import { durationOf } from "../values.ts";

export function processTimeoutUnreached(
  { node, baseName, sandbox }: ProcessDraft,
  diagnostics: Diagnostic[],
): void {
  unreached(get(node, "timeout"), baseName, sandbox, diagnostics);
}

export function sandboxTimeoutUnreached(
  { node, name, parent }: SandboxDraft,
  diagnostics: Diagnostic[],
): void {
  unreached(get(node, "timeout"), name, parent, diagnostics);
}

function unreached(
  node: Node | null,
  name: string,
  inside: SandboxDraft | null,
  diagnostics: Diagnostic[],
): void {
  const own = durationOf(node, []);
  if (node === null || own === null) return;
  for (let sandbox = inside; sandbox !== null; sandbox = sandbox.parent) {
    const around = get(sandbox.node, "timeout");
    const ms = durationOf(around, []);
    if (around === null || ms === null || own <= ms) continue;
    diagnostics.push(
      diagnostic("SBX2601", node.span, `the time-out of "${name}" is longer than its sandbox's`, {
        related: [{ span: around.span, label: "the sandbox is stopped after this" }],
        help: "shorten it, or lengthen the sandbox's",
      }),
    );
    return;
  }
}
