/** SBX2609: a count that makes no copy. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entriesOf, get, integerOf } from "../../spec/node.ts";
import type { SandboxDraft } from "../draft.ts";

export function noCopies({ node }: SandboxDraft, diagnostics: Diagnostic[]): void {
  for (const members of ["processes", "sandboxes"] as const) {
    for (const { key, value } of entriesOf(get(node, members))) {
      const count = get(value, "replicas");
      if (count === null || integerOf(count) !== 0) continue;
      diagnostics.push(
        diagnostic("SBX2609", count.span, `there is no copy of "${key}"`, {
          help: "write 1 or more, or remove it",
        }),
      );
    }
  }
}
