/** SBX2315, SBX2316: texts longer than the kernel takes. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Found } from "../values.ts";

/** Bytes of one argument or variable, its NUL included. Source: execve(2), MAX_ARG_STRLEN. */
const ARGUMENT_SIZE_MAX = 131_072;
/** Bytes of a path, its NUL included. Source: path_resolution(7), PATH_MAX. */
const PATH_SIZE_MAX = 4_096;

const STREAMS: ReadonlySet<string> = new Set(["stdin", "stdout", "stderr"]);

export function longTexts({ node, ir, span, baseName }: ProcessDraft, found: Found): void {
  const isTooLong =
    ir !== null &&
    (ir.argv.some((text) => isLonger(text, ARGUMENT_SIZE_MAX)) ||
      ir.env.some(([name, value]) => isLonger(value, ARGUMENT_SIZE_MAX - name.length - 1)));
  if (isTooLong) {
    found.push(
      diagnostic("SBX2315", span, `an argument or variable of "${baseName}" is too long`, {
        notes: [`the kernel takes ${ARGUMENT_SIZE_MAX - 1} bytes each`],
        help: "put the text into a file, or into `stdin: {text: …}`",
      }),
    );
  }
  if (node.kind !== "map") return;
  const streams = node.entries.filter(({ key }) => STREAMS.has(key));
  for (const path of [get(node, "cwd"), ...streams.map(({ value }) => get(value, "file"))]) {
    if (path === null || !isLonger(textOf(path) ?? "", PATH_SIZE_MAX)) continue;
    found.push(
      diagnostic("SBX2316", path.span, `a path of "${baseName}" is too long`, {
        notes: [`the kernel takes ${PATH_SIZE_MAX - 1} bytes`],
        help: "shorten it",
      }),
    );
  }
}

function isLonger(text: string, size: number): boolean {
  return text.length >= size / 4 && Buffer.byteLength(text) >= size;
}
