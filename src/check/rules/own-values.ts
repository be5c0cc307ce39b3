/** SBX23xx: values that a sandbox sets for its processes; `resolve` reads each process's own. Pure. */

import { DEFAULT_STOP } from "../../base/process-defaults.ts";
import type { Diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import type { SandboxDraft } from "../draft.ts";
import { checkEnv } from "../environment.ts";
import { clocksOf } from "../sandbox-ir.ts";
import { durationOf, limitsOf, stopOf, umaskOf } from "../values.ts";

export function ownValues(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  checkEnv(sandbox.node, diagnostics);
  durationOf(get(sandbox.node, "timeout"), diagnostics);
  stopOf(get(sandbox.node, "stop"), DEFAULT_STOP, diagnostics);
  limitsOf(get(sandbox.node, "limits"), diagnostics);
  umaskOf(get(sandbox.node, "umask"), diagnostics);
  clocksOf(sandbox, diagnostics);
}
