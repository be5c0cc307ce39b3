/** SBX2402: a root file system of its own needs a mount namespace. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import { inheritedAt, isNew, type SandboxDraft } from "../draft.ts";

export function rootTree(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  const node = get(sandbox.node, "root");
  if (node === null || textOf(node) === "inherit" || isNew(sandbox.node, "mount", true)) return;
  diagnostics.push(
    diagnostic("SBX2402", node.span, "`root` needs a new mount namespace", {
      related: inheritedAt(sandbox.node, "mount"),
      help: "remove `mount: inherit`, or set `root: inherit`",
    }),
  );
}
