/** SBX2205, SBX2206: which PID namespace around a process a name means. Pure. */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { didYouMean } from "../spec/suggest.ts";
import type { ProcessDraft, SandboxDraft } from "./draft.ts";

/** The sandbox, from `draft`'s own outwards, that owns a PID namespace and has this name. */
function ownerNamed(draft: ProcessDraft, name: string): SandboxDraft | "host" | null {
  if (name === "host") return "host";
  const around: SandboxDraft[] = [];
  for (let sandbox: SandboxDraft | null = draft.sandbox; sandbox !== null; sandbox = sandbox.parent)
    around.push(sandbox);
  // A whole path first: where a sandbox is named as one around it, both can still be meant.
  return (
    around.find(({ path }) => path === name) ??
    around.find((sandbox) => sandbox.name === name) ??
    null
  );
}

/** The same, with a finding where there is none, or where it has no PID namespace to number in. */
export function ownerOf(
  draft: ProcessDraft,
  name: string,
  at: Span,
  diagnostics: Diagnostic[],
): SandboxDraft | "host" | null {
  const owner = ownerNamed(draft, name);
  if (owner === null) {
    const around = ["host", ...namesAround(draft)];
    const message = `"${name}" is no sandbox around process "${draft.baseName}"`;
    const help = `name one of ${around.join(", ")}`;
    diagnostics.push(diagnostic("SBX2205", at, message, { label: didYouMean(name, around), help }));
  } else if (owner !== "host" && !owner.ownsPid) {
    const message = `sandbox "${name}" has no PID namespace of its own`;
    const help = "name the sandbox above that has one";
    diagnostics.push(diagnostic("SBX2206", at, message, { help }));
    return null;
  }
  return owner;
}

function namesAround(draft: ProcessDraft): string[] {
  const names: string[] = [];
  for (
    let sandbox: SandboxDraft | null = draft.sandbox;
    sandbox !== null;
    sandbox = sandbox.parent
  ) {
    names.push(sandbox.path === "" ? sandbox.name : sandbox.path);
  }
  return names;
}
