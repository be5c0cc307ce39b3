/** SBX2608: a process that waits for a success where the spec expects a failure. Pure. */

import { isMetBy } from "../../base/wait-conditions.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Tree } from "../tree.ts";

export function unreachable(tree: Tree, diagnostics: Diagnostic[]): void {
  for (const process of tree.processes) {
    for (const { path, condition, span } of process.ir?.dependsOn ?? []) {
      const target = tree.byPath.get(path);
      const isMetByFailure = isMetBy(condition, ["start", "failure"]);
      if (isMetByFailure || target === undefined || !isToFail(target)) continue;
      diagnostics.push(
        diagnostic("SBX2608", span, `"${process.baseName}" never starts: "${path}" is to fail`, {
          related: expectedEnd(target),
          help: "wait for it to have `exited`",
        }),
      );
    }
  }
}

function isToFail({ ir }: ProcessDraft): boolean {
  const { exit, signal } = ir?.expect ?? {};
  return signal !== undefined || (exit !== undefined && exit.value !== 0);
}

function expectedEnd({ ir }: ProcessDraft) {
  const end = ir?.expect?.exit ?? ir?.expect?.signal;
  return end === undefined ? [] : [{ span: end.span, label: "expected here" }];
}
