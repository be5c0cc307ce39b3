/** SBX2616: resource limits that Linux accepts and does not enforce. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entriesOf, get } from "../../spec/node.ts";
import type { ProcessDraft, SandboxDraft } from "../draft.ts";

/** The last version that enforced each. Source: getrlimit(2). */
const DEAD: Readonly<Record<string, string>> = { rss: "2.4.29", locks: "2.4.24" };

export function limitWithoutEffect(
  owner: ProcessDraft | SandboxDraft,
  diagnostics: Diagnostic[],
): void {
  for (const { key, keySpan } of entriesOf(get(owner.node, "limits"))) {
    const version = Object.hasOwn(DEAD, key) ? DEAD[key] : undefined;
    if (version === undefined) continue;
    diagnostics.push(
      diagnostic("SBX2616", keySpan, `the kernel has not kept "${key}" since Linux ${version}`, {
        help: key === "rss" ? "limit `as`" : "remove it",
      }),
    );
  }
}
