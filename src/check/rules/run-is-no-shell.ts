/** SBX2611: a command that would need a shell. Pure. */

import { SHELL_ONLY, shellSignIn } from "../../base/shell-signs.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, type Node, spanIn, textOf } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";

export function runIsNoShell({ node, baseName }: ProcessDraft, diagnostics: Diagnostic[]): void {
  const run = node.kind === "map" ? get(node, "run") : node;
  if (run === null) return;
  if (isOfLines(run)) {
    diagnostics.push(
      diagnostic("SBX2611", run.span, `"${baseName}" is one command, though it has several lines`, {
        help: "write `shell:` for a script, or end a line that goes on with a backslash",
      }),
    );
    return;
  }
  const at = run.kind === "list" ? programOf(run.items) : signOf(run);
  if (at === null) return;
  diagnostics.push(
    diagnostic("SBX2611", at.span, `"${baseName}" has no shell that would act on \`${at.sign}\``, {
      help: /^[A-Za-z_][A-Za-z0-9_]*=/.test(at.sign)
        ? "put the variable into `env`, or write `shell:` instead of `run:`"
        : "write `shell:` instead of `run:`, or put it in quotes inside of the command",
    }),
  );
}

/** Lines that a shell would run one after the other. */
function isOfLines(run: Node): boolean {
  return run.kind === "scalar" && /(?<!\\)\n\s*\S/.test(textOf(run) ?? "");
}

function signOf(run: Node) {
  const text = textOf(run);
  if (run.kind !== "scalar" || text === null) return null;
  const diagnostics = shellSignIn(text);
  return (
    diagnostics && {
      sign: diagnostics.sign,
      span: spanIn(run, diagnostics.start, diagnostics.end),
    }
  );
}

/** A list is taken word for word; only its program can be one that no system has. */
function programOf([first]: readonly Node[]) {
  const sign = textOf(first ?? null);
  return first === undefined || sign === null || !SHELL_ONLY.has(sign)
    ? null
    : { sign, span: first.span };
}
