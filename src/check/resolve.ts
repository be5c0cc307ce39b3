/** From the expanded draft to the IR: fills in every process of the tree. Pure. */

import type { Diagnostic } from "../diag/diagnostic.ts";
import type { Process } from "../ir/process.ts";
import type { Budget } from "../spec/budget.ts";
import type { Node } from "../spec/node.ts";
import { dependenciesOf } from "./dependencies.ts";
import { everySandbox, type SandboxDraft } from "./draft.ts";
import { expectOf } from "./expect.ts";
import type { Names } from "./name-scope.ts";
import { pinsOf } from "./pin-values.ts";
import { processOf } from "./process-ir.ts";
import { unresolvedSpans } from "./unresolved.ts";

/** Fills in every process of the tree. */
export function resolveProcesses(
  root: SandboxDraft,
  budget: Budget,
  diagnostics: Diagnostic[],
): void {
  const names: Names = { scopes: new Map(), sandboxes: new Map(), budget };
  const unresolved = unresolvedSpans(diagnostics);
  // Replicas have one node: its values are read, and its mistakes reported, once for each sandbox
  // that it is in, since much of it is by default the sandbox's.
  const readIn = new Map<Node | null, Map<Node, Process>>();
  for (const sandbox of everySandbox(root)) {
    const read = readIn.get(sandbox.node) ?? new Map<Node, Process>();
    readIn.set(sandbox.node, read);
    for (const draft of sandbox.processes) {
      if (budget.isSpent) return;
      const known = read.get(draft.node);
      const base = known ?? processOf(draft, unresolved, diagnostics);
      if (known === undefined) read.set(draft.node, base);
      const pins = pinsOf(draft, diagnostics);
      const own = {
        name: draft.name,
        path: draft.path,
        pins,
        dependsOn: dependenciesOf(draft, names, diagnostics),
        expect: expectOf(draft, pins, diagnostics),
      };
      // The first takes the record as it is: most nodes have one process.
      draft.ir = known === undefined ? Object.assign(base, own) : { ...base, ...own };
    }
  }
}
