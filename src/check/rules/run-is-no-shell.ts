/** SBX2611: a command that would need a shell. Pure. */

import { SHELL_ONLY, shellSignsIn } from "../../base/shell-signs.ts";
import type { Span } from "../../base/span.ts";
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
  const [first, ...others] = run.kind === "list" ? programOf(run.items) : signsOf(run);
  if (first === undefined) return;
  const isVariable = others.length === 0 && /^[A-Za-z_][A-Za-z0-9_]*=/.test(first.sign);
  const message = `"${baseName}" has no shell that would act on \`${first.sign}\``;
  diagnostics.push(
    diagnostic("SBX2611", first.span, message, {
      related: others.map(({ span }) => ({ span, label: "nor on this" })),
      help: isVariable
        ? "put the variable into `env`, or write `shell:` instead of `run:`"
        : "write `shell:` instead of `run:`, or put it in quotes inside of the command",
    }),
  );
}

/** Lines that a shell would run one after the other. */
function isOfLines(run: Node): boolean {
  return run.kind === "scalar" && /(?<!\\)\n\s*\S/.test(textOf(run) ?? "");
}

interface SignAt {
  readonly sign: string;
  readonly span: Span;
}

function signsOf(run: Node): SignAt[] {
  const text = textOf(run);
  if (run.kind !== "scalar" || text === null) return [];
  return shellSignsIn(text).map(({ sign, start, end }) => ({
    sign,
    span: spanIn(run, start, end),
  }));
}

/** A list is taken word for word; only its program can be one that no system has. */
function programOf([first]: readonly Node[]): SignAt[] {
  const sign = textOf(first ?? null);
  return first === undefined || sign === null || !SHELL_ONLY.has(sign)
    ? []
    : [{ sign, span: first.span }];
}
