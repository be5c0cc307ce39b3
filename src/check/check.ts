/** The type-checker: from a spec's text to its IR, or to everything that is wrong with it. Pure. */

import { type Diagnostic, sorted } from "../diag/diagnostic.ts";
import type { Sandbox } from "../ir/sandbox.ts";
import { readSpec } from "../spec/read.ts";
import { checkShape } from "../spec/shape.ts";
import { draftOf, everyBox } from "./draft.ts";
import { checkProcesses } from "./process-rules.ts";
import { resolveProcesses, sandboxOf } from "./resolve.ts";
import { checkSandbox } from "./sandbox-rules.ts";

export interface Source {
  /** As findings shall name it. */
  readonly file: string;
  readonly text: string;
}

export interface Checked {
  /** Ordered by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** Null exactly if there is an error. */
  readonly ir: Sandbox | null;
}

export function checkSpec({ file, text }: Source): Checked {
  const { root, diagnostics } = readSpec(file, text);
  const found: Diagnostic[] = [...diagnostics];
  // After an error of the YAML itself nothing is where it seems to be.
  if (root === null || found.some(({ code }) => code === "SBX1004")) {
    return { diagnostics: sorted(found), ir: null };
  }
  found.push(...checkShape(root));
  if (root.kind !== "map") return { diagnostics: sorted(found), ir: null };
  const draft = draftOf(root, found);
  resolveProcesses(draft, found);
  for (const box of everyBox(draft)) checkSandbox(box, found);
  checkProcesses(draft, found);
  const hasError = found.some(({ severity }) => severity === "error");
  return { diagnostics: sorted(found), ir: hasError ? null : sandboxOf(draft) };
}
