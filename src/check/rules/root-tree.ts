/** SBX2402: another tree needs a mount namespace. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import { type BoxDraft, inheritedAt, isNew } from "../draft.ts";
import type { Found } from "../values.ts";

export function rootTree(box: BoxDraft, found: Found): void {
  const node = get(box.node, "root");
  if (node === null || textOf(node) === "inherit" || isNew(box.node, "mount", true)) return;
  found.push(
    diagnostic("SBX2402", node.span, "`root` needs a new mount namespace", {
      related: inheritedAt(box.node, "mount"),
      help: "remove `mount: inherit`, or set `root: inherit`",
    }),
  );
}
