/** SBX2401, SBX2305, SBX2612: names of the host, which belong to a UTS namespace. Pure. */

import { UTS_NAME_MAX } from "../../base/kernel-limits.ts";
import { diagnostic } from "../../diag/diagnostic.ts";
import { entryOf, textOf } from "../../spec/node.ts";
import { type BoxDraft, inheritedAt, isNew } from "../draft.ts";
import type { Found } from "../values.ts";

/** What programs take for a name. Source: hostname(7). */
const USUAL = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

export function hostName(box: BoxDraft, found: Found): void {
  for (const key of ["hostname", "domainname"]) {
    const entry = entryOf(box.node, key);
    if (entry === null) continue;
    const { value } = entry;
    if (!isNew(box.node, "uts", true)) {
      found.push(
        diagnostic("SBX2401", value.span, `\`${key}\` needs a new UTS namespace`, {
          related: inheritedAt(box.node, "uts"),
          help: "remove `uts: inherit`, or the name",
        }),
      );
    }
    const name = textOf(value);
    if (name === null) continue;
    const size = Buffer.byteLength(name);
    if (size > UTS_NAME_MAX) {
      found.push(
        diagnostic("SBX2305", value.span, `"${key}" has ${size} bytes`, {
          help: `use up to ${UTS_NAME_MAX}; a letter beyond ASCII takes two or more`,
        }),
      );
    } else if (!USUAL.test(name)) {
      found.push(
        diagnostic("SBX2612", value.span, `"${name}" is no usual ${key}`, {
          notes: ["the kernel takes any text, but many programs do not"],
          help: "use letters, digits, `-` and `.`, beginning and ending with a letter or digit",
        }),
      );
    }
  }
}
