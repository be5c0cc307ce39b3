/** SBX2401, SBX2305, SBX2612: host and domain names, which belong to a UTS namespace. Pure. */

import { UTS_NAME_MAX } from "../../base/kernel-limits.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { entryOf, textOf } from "../../spec/node.ts";
import { inheritedAt, isNew, type SandboxDraft } from "../draft.ts";

/** The names that programs accept. Source: hostname(7). */
const USUAL = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

export function hostName(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  for (const key of ["hostname", "domainname"]) {
    const entry = entryOf(sandbox.node, key);
    if (entry === null) continue;
    const { value } = entry;
    if (!isNew(sandbox.node, "uts", true)) {
      diagnostics.push(
        diagnostic("SBX2401", value.span, `\`${key}\` needs a new UTS namespace`, {
          related: inheritedAt(sandbox.node, "uts"),
          help: "remove `uts: inherit`, or the name",
        }),
      );
    }
    const name = textOf(value);
    if (name === null) continue;
    const size = Buffer.byteLength(name);
    if (size > UTS_NAME_MAX) {
      diagnostics.push(
        diagnostic("SBX2305", value.span, `"${key}" has ${size} bytes`, {
          help: `use up to ${UTS_NAME_MAX}; a letter beyond ASCII takes two or more`,
        }),
      );
    } else if (!USUAL.test(name)) {
      diagnostics.push(
        diagnostic("SBX2612", value.span, `"${name}" is no usual ${key}`, {
          notes: ["the kernel takes any text, but many programs do not"],
          help: "use letters, digits, `-` and `.`, beginning and ending with a letter or digit",
        }),
      );
    }
  }
}
