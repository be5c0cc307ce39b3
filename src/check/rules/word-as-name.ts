/** SBX2614: a process whose name is a word of the field that could mean it. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import type { BoxDraft } from "../draft.ts";
import type { Found } from "../values.ts";

const WORDS = [
  ["until", ["all", "any"]],
  ["init", ["reaper"]],
] as const;

export function wordAsName(box: BoxDraft, found: Found): void {
  for (const [field, words] of WORDS) {
    const node = get(box.node, field);
    const word = words.find((each) => each === textOf(node));
    const process = box.processes.find(({ name }) => name === word);
    if (node === null || word === undefined || process === undefined) continue;
    found.push(
      diagnostic(
        "SBX2614",
        node.span,
        `\`${field}: ${word}\` does not mean the process "${word}"`,
        {
          related: [{ span: process.span, label: "the process" }],
          help: "give the process another name",
        },
      ),
    );
  }
}
