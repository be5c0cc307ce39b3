/** SBX2605: a script that is one plain command. Pure. */

import { SHELL_ONLY } from "../../base/shell-signs.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

/** Words in which no character is special to a shell. */
const PLAIN = /^[A-Za-z0-9_./:,@%+-]+( +[A-Za-z0-9_./:,@%+=-]+)*\n?$/;

/** Built-in commands that are programs as well, and may do otherwise there. Source: dash(1). */
const ALSO_PROGRAMS = new Set("command echo false kill printf pwd test true [".split(" "));

/** Whether the script needs a shell: it is more than a program and its arguments. */
export function shellIsNeeded(script: string): boolean {
  const [name = ""] = script.trim().split(" ");
  return !PLAIN.test(script) || SHELL_ONLY.has(name) || ALSO_PROGRAMS.has(name);
}

export function shellNotNeeded({ node, baseName }: ProcessDraft, diagnostics: Diagnostic[]): void {
  const shell = get(node, "shell");
  const script = textOf(shell);
  if (shell === null || script === null || get(node, "run") !== null) return;
  if (shellIsNeeded(script)) return;
  diagnostics.push(
    diagnostic("SBX2605", shell.span, `the script of "${baseName}" is one plain command`, {
      help: `write \`run: ${script.trim()}\`: no shell stands between`,
    }),
  );
}
