/** SBX2011: one source of input, not two. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entryOf, get } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

export function oneStdin({ node, baseName }: ProcessDraft, diagnostics: Diagnostic[]): void {
  const stdin = get(node, "stdin");
  const file = entryOf(stdin, "file");
  const text = entryOf(stdin, "text");
  if (stdin?.kind !== "map" || (file === null) !== (text === null)) return;
  const message = `the stdin of "${baseName}" has ${file === null ? "neither" : "both"} \`file\` ${file === null ? "nor" : "and"} \`text\``;
  diagnostics.push(
    diagnostic("SBX2011", text?.keySpan ?? stdin.span, message, {
      related: file === null ? [] : [{ span: file.keySpan, label: "the other one" }],
      help: "write `file` or `text`, or `stdin: null`",
    }),
  );
}
