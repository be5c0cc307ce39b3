/** SBX2201, SBX2202, SBX2203, SBX2207: pinned PIDs that the kernel cannot give. Pure. */

import { PID_MAX } from "../../base/kernel-limits.ts";
import type { Span } from "../../base/span.ts";
import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { ProcessDraft, SandboxDraft } from "../draft.ts";
import { notAPid } from "../pin-values.ts";
import type { Tree } from "../tree.ts";

/** The sandbox that owns the PID namespace of `level` around `sandbox`; null: the host's. */
function ownerAt(sandbox: SandboxDraft, level: number): SandboxDraft | null {
  for (let at: SandboxDraft | null = sandbox; at !== null; at = at.parent) {
    if (at.ownsPid && at.level === level) return at;
  }
  return null;
}

export function pins({ processes }: Tree, diagnostics: Diagnostic[]): void {
  const taken = new Map<SandboxDraft | null, Map<number, Pinned>>();
  for (const process of processes) {
    for (const { level, pid, span } of process.ir?.pins ?? []) {
      const owner = ownerAt(process.sandbox, level);
      const ownerName = owner === null ? "the host" : `"${owner.path || owner.name}"`;
      if (pid < 1 || pid > PID_MAX) {
        diagnostics.push(notAPid(String(pid), span));
        continue;
      }
      const isInit = owner === process.sandbox && owner.init === process.name;
      if (isInit ? pid !== 1 : pid === 1) {
        const message = isInit
          ? `"${process.name}" is the init of ${ownerName}, so its PID there is 1, not ${pid}`
          : `PID 1 of ${ownerName} is its init`;
        diagnostics.push(
          diagnostic("SBX2202", span, message, {
            help: isInit
              ? "remove the pin"
              : owner === null
                ? "pin another number"
                : `pin another number, or set \`init: ${process.name}\``,
          }),
        );
        continue;
      }
      const numbers = taken.get(owner) ?? new Map<number, Pinned>();
      taken.set(owner, numbers);
      const other = numbers.get(pid);
      const twice = (process.ir?.pins ?? []).find(
        (pin) => pin.level === level && pin.span !== span && pin.pid !== pid,
      );
      if (twice !== undefined && twice.span.start < span.start) {
        const message = `"${process.name}" is pinned to both ${twice.pid} and ${pid} in ${ownerName}`;
        diagnostics.push(
          diagnostic("SBX2207", span, message, {
            related: [{ span: twice.span, label: "the first pin" }],
            help: "keep one of the two",
          }),
        );
      }
      if (other === undefined) numbers.set(pid, { process, span });
      else if (other.process !== process)
        diagnostics.push(alreadyPinned(pid, ownerName, { process, span }, other));
    }
  }
}

interface Pinned {
  readonly process: ProcessDraft;
  readonly span: Span;
}

const isSame = (a: Span, b: Span) => a.file === b.file && a.start === b.start;

/** Copies share the span of their pin; a pointer to the other one's would show the same line. */
function alreadyPinned(
  pid: number,
  ownerName: string,
  { process, span }: Pinned,
  other: Pinned,
): Diagnostic {
  if (!isSame(span, other.span)) {
    const message = `PID ${pid} in ${ownerName} is already pinned to "${other.process.path}"`;
    return diagnostic("SBX2201", span, message, {
      related: [{ span: other.span, label: `"${other.process.name}" has it` }],
      help: "pin one of the two to another number",
    });
  }
  const message = `PID ${pid} in ${ownerName} is pinned to both "${other.process.path}" and "${process.path}"`;
  if (isSame(process.span, other.process.span)) {
    const help = "calculate another number for each copy with `${replica}` or `${nest}`";
    return diagnostic("SBX2201", span, message, { help });
  }
  // An alias, a merge key or a template: the pin is written once, and each process has it.
  return diagnostic("SBX2201", process.span, message, {
    related: [{ span, label: "the pin of both" }],
    help: "give one a `pid` of its own beside what they share: `{<<: *ALIAS, pid: 8}`, `{use: TEMPLATE, pid: 8}`",
  });
}
