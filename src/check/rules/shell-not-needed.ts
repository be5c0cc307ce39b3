/** SBX2605: a script that is one plain command. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, textOf } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

/** Words in which no character is special to a shell. */
const PLAIN = /^[A-Za-z0-9_./:,@%+-]+( +[A-Za-z0-9_./:,@%+=-]+)*\n?$/;

/** Built-in commands of a shell. Source: dash(1). */
const BUILTINS = new Set(
  ". : alias bg break cd command continue echo eval exec exit export fg getopts hash jobs local printf pwd read readonly return set shift test times trap true false type ulimit umask unalias unset wait kill [".split(
    " ",
  ),
);

/** Whether the script needs a shell: it is more than a program and its arguments. */
export function shellIsNeeded(script: string): boolean {
  return !PLAIN.test(script) || BUILTINS.has(script.trim().split(" ")[0] ?? "");
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
