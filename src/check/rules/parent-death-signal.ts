/** SBX2320: a parent-death signal in place of the one that a run's end depends on. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";
import { signalOf } from "../values.ts";

const SIGKILL = 9;

export function parentDeathSignal(
  { node, sandbox, baseName }: ProcessDraft,
  diagnostics: Diagnostic[],
): void {
  const value = get(node, "parent_death_signal");
  const signal = signalOf(value, []);
  if (value === null || signal === null || signal === SIGKILL || sandbox.ownsPid) return;
  const message = `process "${baseName}" would outlive its sandbox's init, with ${textOf(value)} as its parent-death signal`;
  diagnostics.push(
    diagnostic("SBX2320", value.span, message, {
      notes: [
        "without a PID namespace of its own, a sandbox ends its processes by this signal alone",
      ],
      help: "write KILL, or give the sandbox a PID namespace of its own",
    }),
  );
}
