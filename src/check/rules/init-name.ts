/** SBX2105, SBX2406: `init` names a process that can be PID 1. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import { didYouMean } from "../../spec/suggest.ts";
import type { SandboxDraft } from "../draft.ts";

export function initName(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  const node = get(sandbox.node, "init");
  if (sandbox.init === null || node === null) return;
  if (!sandbox.ownsPid) {
    diagnostics.push(
      diagnostic(
        "SBX2406",
        node.span,
        `"${sandbox.init}" cannot be PID 1 without a new PID namespace`,
        {
          help: "remove `pid: inherit`, or let the shim be init",
        },
      ),
    );
  }
  if (sandbox.processes.some(({ name }) => name === sandbox.init)) return;
  const isReplicated = sandbox.processes.some(({ baseName }) => baseName === sandbox.init);
  diagnostics.push(
    diagnostic(
      "SBX2105",
      node.span,
      isReplicated
        ? `init "${sandbox.init}" has replicas, but PID 1 is one process`
        : `init "${sandbox.init}" is no process of this sandbox`,
      {
        label: didYouMean(sandbox.init, ["reaper", ...sandbox.processes.map(({ name }) => name)]),
        help: "name one of this sandbox's processes, or `reaper`",
      },
    ),
  );
}
