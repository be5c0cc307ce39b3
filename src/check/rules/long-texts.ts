/** SBX2315, SBX2316, SBX2318: texts longer than the kernel takes. Pure. */

import type { Span } from "../../base/span.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { Process } from "../../ir/process.ts";
import { get, textOf } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

/** Bytes of one argument or variable, its NUL included. Source: execve(2), MAX_ARG_STRLEN. */
const ARGUMENT_SIZE_MAX = 131_072;
/** Bytes of a path, its NUL included. Source: path_resolution(7), PATH_MAX. */
const PATH_SIZE_MAX = 4_096;

/** Bytes of all arguments and variables, each with a pointer, whatever the stack size. Source: execve(2). */
const ARGUMENTS_SIZE_MAX = 6 * 1024 * 1024;
/** The kernel allows this with the smallest stack. Source: execve(2), ARG_MAX. */
const ARGUMENTS_SIZE_MIN = 131_072;
const POINTER_SIZE = 8;
/** Bytes of UTF-8 that one UTF-16 unit takes at most; of a pointer more, which makes up for NULs. */
const UNIT_SIZE_MAX = 3;

const STREAMS: ReadonlySet<string> = new Set(["stdin", "stdout", "stderr"]);

export function longTexts(
  { node, ir, span, baseName }: ProcessDraft,
  diagnostics: Diagnostic[],
): void {
  const isTooLong =
    ir !== null &&
    (ir.argv.some((text) => isLonger(text, ARGUMENT_SIZE_MAX)) ||
      ir.env.some(([name, value]) => isLonger(value, ARGUMENT_SIZE_MAX - name.length - 1)));
  if (isTooLong) {
    diagnostics.push(
      diagnostic("SBX2315", span, `an argument or variable of "${baseName}" is too long`, {
        notes: [`the kernel takes ${ARGUMENT_SIZE_MAX - 1} bytes each`],
        help: "put the text into a file, or into `stdin: {text: …}`",
      }),
    );
  } else if (ir !== null && ir.argv.length + ir.env.length > 0)
    argumentsInAll(ir, span, baseName, diagnostics);
  if (node.kind !== "map") return;
  const streams = node.entries.filter(({ key }) => STREAMS.has(key));
  for (const path of [get(node, "cwd"), ...streams.map(({ value }) => get(value, "file"))]) {
    if (path === null || !isLonger(textOf(path) ?? "", PATH_SIZE_MAX)) continue;
    diagnostics.push(
      diagnostic("SBX2316", path.span, `a path of "${baseName}" is too long`, {
        notes: [`the kernel takes ${PATH_SIZE_MAX - 1} bytes`],
        help: "shorten it",
      }),
    );
  }
}

function argumentsInAll(
  ir: Process,
  span: Span,
  baseName: string,
  diagnostics: Diagnostic[],
): void {
  // The kernel allows a quarter of the stack. Only the spec's own limit is known here.
  const stack = ir.limits.find(({ name }) => name === "stack")?.soft ?? Infinity;
  const most = Math.min(ARGUMENTS_SIZE_MAX, Math.max(ARGUMENTS_SIZE_MIN, stack / 4));
  if (UNIT_SIZE_MAX * unitsOf(ir) <= most) return;
  let size = 0;
  for (const text of ir.argv) size += Buffer.byteLength(text) + 1 + POINTER_SIZE;
  for (const [name, value] of ir.env) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value) + 2 + POINTER_SIZE;
  }
  if (size <= most) return;
  diagnostics.push(
    diagnostic("SBX2318", span, `the arguments and variables of "${baseName}" take ${size} bytes`, {
      notes: [`the kernel takes ${most} bytes in all here`],
      help: "put text into a file, or into `stdin: {text: …}`",
    }),
  );
}

function unitsOf({ argv, env }: Process): number {
  let units = POINTER_SIZE * (argv.length + env.length);
  for (const text of argv) units += text.length;
  for (const [name, value] of env) units += name.length + value.length;
  return units;
}

function isLonger(text: string, size: number): boolean {
  return text.length >= size / 4 && Buffer.byteLength(text) >= size;
}
