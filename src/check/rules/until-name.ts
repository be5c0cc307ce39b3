/** SBX2106: `until` names a process of its sandbox. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entriesOf, get, textOf } from "../../spec/node.ts";
import { notBuiltYet } from "../../spec/planned.ts";
import { didYouMean } from "../../spec/suggest.ts";
import type { SandboxDraft } from "../draft.ts";
import { namedBy } from "../sandbox-ir.ts";

export function untilName(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  const node = get(sandbox.node, "until");
  const name = textOf(node);
  if (node === null || name === null || name === "all" || name === "any") return;
  if (namedBy(sandbox, name).length > 0) return;
  if (name === "steps") {
    diagnostics.push(notBuiltYet(node.span, "`until: steps`"));
    return;
  }
  const isWritten = entriesOf(get(sandbox.node, "processes")).some(({ key }) => key === name);
  const what = isWritten ? "of which there is no copy" : "which is no process of this sandbox";
  diagnostics.push(
    diagnostic("SBX2106", node.span, `\`until\` names "${name}", ${what}`, {
      label: didYouMean(name, ["all", "any", ...sandbox.processes.map((process) => process.name)]),
      help: "write `all`, `any` or the name of a process",
    }),
  );
}
