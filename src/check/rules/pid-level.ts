/** SBX2004: PID namespaces nested deeper than the kernel allows. Pure. */

import { PID_LEVEL_MAX } from "../../base/kernel-limits.ts";
import { shortPath } from "../../base/short-path.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entryOf } from "../../spec/node.ts";
import type { SandboxDraft } from "../draft.ts";

/** Reports the first sandbox of each branch that is too deep. */
export function pidLevel(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  if (sandbox.level !== PID_LEVEL_MAX + 1 || !sandbox.ownsPid) return;
  const nest = entryOf(sandbox.node, "nest");
  diagnostics.push(
    diagnostic(
      "SBX2004",
      nest?.value.span ?? sandbox.span,
      `sandbox "${shortPath(sandbox.path, 40)}" would be at PID namespace level ${sandbox.level}`,
      {
        notes: [`the kernel allows ${PID_LEVEL_MAX} levels below the runner's own`],
        help: "nest less deep, or set `namespaces: {pid: inherit}` on a sandbox above",
      },
    ),
  );
}
