/** SBX2407: user namespaces nested deeper than the kernel allows. Pure. */

import { USER_LEVEL_MAX } from "../../base/kernel-limits.ts";
import { shortPath } from "../../base/short-path.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { isNew, type SandboxDraft } from "../draft.ts";

export function userLevel(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  let depth = 0;
  for (let at: SandboxDraft | null = sandbox; at !== null; at = at.parent) {
    if (isNew(at.node, "user", at.parent === null)) depth++;
  }
  if (depth !== USER_LEVEL_MAX + 1 || !isNew(sandbox.node, "user", false)) return;
  diagnostics.push(
    diagnostic(
      "SBX2407",
      sandbox.span,
      `sandbox "${shortPath(sandbox.path, 40)}" would be in user namespace number ${depth}`,
      {
        help: `use at most ${USER_LEVEL_MAX} nested user namespaces`,
      },
    ),
  );
}
