/** SBX2401: names of the host need a UTS namespace. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { entryOf } from "../../spec/node.ts";
import { type BoxDraft, inheritedAt, isNew } from "../draft.ts";
import type { Found } from "../values.ts";

export function hostName(box: BoxDraft, found: Found): void {
  if (isNew(box.node, "uts", true)) return;
  for (const key of ["hostname", "domainname"]) {
    const entry = entryOf(box.node, key);
    if (entry === null) continue;
    found.push(
      diagnostic("SBX2401", entry.value.span, `\`${key}\` needs a new UTS namespace`, {
        related: inheritedAt(box.node, "uts"),
        help: "remove `uts: inherit`, or the name",
      }),
    );
  }
}
