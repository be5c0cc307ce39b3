/** SBX2407: more user namespaces in one another than the kernel allows. Pure. */

import { USER_LEVEL_MAX } from "../../base/kernel-limits.ts";
import { shortPath } from "../../base/short-path.ts";
import { diagnostic } from "../../diag/diagnostic.ts";
import { type BoxDraft, isNew } from "../draft.ts";
import type { Found } from "../values.ts";

export function userLevel(box: BoxDraft, found: Found): void {
  let depth = 0;
  for (let at: BoxDraft | null = box; at !== null; at = at.parent) {
    if (isNew(at.node, "user", at.parent === null)) depth++;
  }
  if (depth !== USER_LEVEL_MAX + 1 || !isNew(box.node, "user", false)) return;
  found.push(
    diagnostic(
      "SBX2407",
      box.span,
      `sandbox "${shortPath(box.path, 40)}" would be in user namespace number ${depth}`,
      {
        help: `use at most ${USER_LEVEL_MAX} nested user namespaces`,
      },
    ),
  );
}
