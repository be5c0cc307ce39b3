/** SBX2106: `until` names a process of its sandbox. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { entriesOf, get, textOf } from "../../spec/node.ts";
import { didYouMean } from "../../spec/suggest.ts";
import type { BoxDraft } from "../draft.ts";
import { namedBy } from "../resolve.ts";
import type { Found } from "../values.ts";

export function untilName(box: BoxDraft, found: Found): void {
  const node = get(box.node, "until");
  const name = textOf(node);
  if (node === null || name === null || name === "all" || name === "any") return;
  if (namedBy(box, name).length > 0) return;
  const isWritten = entriesOf(get(box.node, "processes")).some(({ key }) => key === name);
  const what = isWritten ? "of which there is no copy" : "which is no process of this sandbox";
  found.push(
    diagnostic("SBX2106", node.span, `\`until\` names "${name}", ${what}`, {
      label: didYouMean(name, ["all", "any", ...box.processes.map((process) => process.name)]),
      help: "write `all`, `any` or the name of a process",
    }),
  );
}
