/** SBX2105, SBX2406: `init` names a process that can be PID 1. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get } from "../../spec/node.ts";
import { didYouMean } from "../../spec/suggest.ts";
import type { BoxDraft } from "../draft.ts";
import type { Found } from "../values.ts";

export function initName(box: BoxDraft, found: Found): void {
  const node = get(box.node, "init");
  if (box.init === null || node === null) return;
  if (!box.ownsPid) {
    found.push(
      diagnostic(
        "SBX2406",
        node.span,
        `"${box.init}" cannot be PID 1 without a new PID namespace`,
        {
          help: "remove `pid: inherit`, or let the shim be init",
        },
      ),
    );
  }
  if (box.processes.some(({ name }) => name === box.init)) return;
  const isReplicated = box.processes.some(({ baseName }) => baseName === box.init);
  found.push(
    diagnostic(
      "SBX2105",
      node.span,
      isReplicated
        ? `init "${box.init}" has replicas, but PID 1 is one process`
        : `init "${box.init}" is no process of this sandbox`,
      {
        label: didYouMean(box.init, ["reaper", ...box.processes.map(({ name }) => name)]),
        help: "name one of this sandbox's processes, or `reaper`",
      },
    ),
  );
}
