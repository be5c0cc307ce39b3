/** SBX2005, SBX2006: a process's own values, with the defaults of its sandbox. Pure. */

import { DEFAULT_STOP } from "../base/process-defaults.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Process } from "../ir/process.ts";
import { get, type Node, textOf } from "../spec/node.ts";
import type { ProcessDraft } from "./draft.ts";
import { checkEnv, envOf, inheritedOf } from "./environment.ts";
import { fieldValues } from "./field-values.ts";
import { hasUnresolved } from "./unresolved.ts";
import { commandOf, identityOf, limitsOf, outputOf, stdinOf, stopOf } from "./values.ts";

/** What stands for a command that has been reported: all else of its process is checked even so. */
const NO_COMMAND: readonly string[] = [];

/** Without what depends on where it stands: pins, dependencies, expectations. */
export function processOf(
  draft: ProcessDraft,
  unresolved: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): Process {
  const { node, sandbox } = draft;
  const isMap = node.kind === "map";
  const argv = isMap ? argvOf(draft, unresolved, diagnostics) : commandOf(node, diagnostics);
  const map = isMap ? node : null;
  checkEnv(map, diagnostics);
  const sandboxStop = get(sandbox.node, "stop");
  const stop = sandboxStop === null ? DEFAULT_STOP : stopOf(sandboxStop, DEFAULT_STOP, []);
  return {
    name: draft.name,
    path: draft.path,
    span: draft.span,
    argv: argv ?? NO_COMMAND,
    pins: [],
    env: envOf(sandbox.node, map),
    inheritEnv: inheritedOf(sandbox.node, map),
    cwd: textOf(get(map, "cwd") ?? get(sandbox.node, "cwd")),
    ...fieldValues(map, sandbox.node, diagnostics),
    limits: bothLimits(get(sandbox.node, "limits"), get(map, "limits"), diagnostics),
    user: identityOf(get(map, "user"), identityOf(get(sandbox.node, "user"), null)),
    dependsOn: [],
    stdin: stdinOf(get(map, "stdin")),
    stdout: outputOf(get(map, "stdout")),
    stderr: outputOf(get(map, "stderr")),
    stop: stopOf(get(map, "stop"), stop, diagnostics),
    expect: null,
  };
}

const NO_LIMITS: Process["limits"] = [];

/** The process's own, and the sandbox's where it has none. */
function bothLimits(
  sandbox: Node | null,
  map: Node | null,
  diagnostics: Diagnostic[],
): Process["limits"] {
  if (sandbox === null && map === null) return NO_LIMITS;
  const own = limitsOf(map, diagnostics);
  const around = limitsOf(sandbox, []).filter(
    (limit) => !own.some((other) => other.resource === limit.resource),
  );
  return [...around, ...own].toSorted((a, b) => a.resource - b.resource);
}

function argvOf(
  draft: ProcessDraft,
  unresolved: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): string[] | null {
  const run = get(draft.node, "run");
  const shell = get(draft.node, "shell");
  if ((run === null) === (shell === null)) {
    const both = run !== null;
    if (!both && hasUnresolved(draft.node, unresolved)) return null;
    diagnostics.push(
      diagnostic(
        "SBX2005",
        both && shell ? shell.span : draft.span,
        `process "${draft.baseName}" has ${both ? "both `run` and `shell`" : "neither `run` nor `shell`"}`,
        {
          related: both && run ? [{ span: run.span, label: "the other one" }] : [],
          help: both ? "keep one of the two" : "add `run: PROGRAM ARGUMENTS` or `shell: SCRIPT`",
        },
      ),
    );
    return null;
  }
  if (run !== null) return commandOf(run, diagnostics);
  const script = textOf(shell);
  if (script === null) return null;
  if (script.trim() === "" && shell !== null) {
    diagnostics.push(
      diagnostic("SBX2006", shell.span, "the script is empty", {
        help: "write a command for /bin/sh",
      }),
    );
    return null;
  }
  return ["/bin/sh", "-c", script];
}
