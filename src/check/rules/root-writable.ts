/** SBX2410: what a sandbox above has made read-only stays so below it. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entryOf, get } from "../../spec/node.ts";
import { isNew, type SandboxDraft } from "../draft.ts";
import { rootOf } from "../sandbox-ir.ts";

export function rootWritable(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  const node = get(sandbox.node, "root");
  if (node === null || rootOf(sandbox) !== "host-rw" || !isNew(sandbox.node, "mount", true)) return;
  let above = sandbox.parent;
  while (above !== null && rootOf(above) === "inherit") above = above.parent;
  if (above === null || rootOf(above) !== "host") return;
  const maker = above.parent === null ? "the sandbox around all" : `"${above.path}" above`;
  const written = entryOf(above.node, "root");
  diagnostics.push(
    diagnostic("SBX2410", node.span, `${maker} has made the tree read-only`, {
      related:
        written === null ? [] : [{ span: written.value.span, label: "read-only from here on" }],
      help: `set \`root: host-rw\` there too, and \`root: host\` in each sandbox that is to be read-only`,
    }),
  );
}
