/** SBX2614: a process whose name is a keyword of `until` or `init`. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import type { SandboxDraft } from "../draft.ts";

const WORDS = [
  ["until", ["all", "any"]],
  ["init", ["reaper"]],
] as const;

export function wordAsName(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  for (const [field, words] of WORDS) {
    const node = get(sandbox.node, field);
    const word = words.find((each) => each === textOf(node));
    const process = sandbox.processes.find(({ name }) => name === word);
    if (node === null || word === undefined || process === undefined) continue;
    diagnostics.push(
      diagnostic(
        "SBX2614",
        node.span,
        `\`${field}: ${word}\` does not mean the process "${word}"`,
        {
          related: [{ span: process.span, label: "the process" }],
          help: "give the process another name",
        },
      ),
    );
  }
}
