/** SBX2004: more PID namespaces in one another than the kernel allows. Pure. */

import { PID_LEVEL_MAX } from "../../base/kernel-limits.ts";
import { shortPath } from "../../base/short-path.ts";
import { diagnostic } from "../../diag/diagnostic.ts";
import { entryOf } from "../../spec/node.ts";
import type { BoxDraft } from "../draft.ts";
import type { Found } from "../values.ts";

/** At the first sandbox of each branch that is too deep. */
export function pidLevel(box: BoxDraft, found: Found): void {
  if (box.level !== PID_LEVEL_MAX + 1 || !box.ownsPid) return;
  const nest = entryOf(box.node, "nest");
  found.push(
    diagnostic(
      "SBX2004",
      nest?.value.span ?? box.span,
      `sandbox "${shortPath(box.path, 40)}" would be at PID namespace level ${box.level}`,
      {
        notes: [`the kernel allows ${PID_LEVEL_MAX} levels below the runner's own`],
        help: "nest less deep, or set `namespaces: {pid: inherit}` on a sandbox above",
      },
    ),
  );
}
