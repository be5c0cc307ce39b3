/** SBX2107: a process that is PID 1 waits for one that can only come after it. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { Tree } from "../tree.ts";

export function initWaits(tree: Tree, diagnostics: Diagnostic[]): void {
  for (const process of tree.processes) {
    if (process.sandbox.init !== process.name) continue;
    for (const { path, span } of process.ir?.dependsOn ?? []) {
      const prefix = process.sandbox.path === "" ? "" : `${process.sandbox.path}/`;
      if (!path.startsWith(prefix) || tree.byPath.get(path) === process) continue;
      diagnostics.push(
        diagnostic(
          "SBX2107",
          span,
          `"${process.name}" is the init of its sandbox, so it cannot wait for "${path}" inside`,
          { help: "turn the dependency round" },
        ),
      );
    }
  }
}
