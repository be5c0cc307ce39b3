/** SBX2204, SBX2206: the PIDs that a spec asks for, by `pid` and `pids`. Pure. */

import { PID_MAX } from "../base/kernel-limits.ts";
import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Pin } from "../ir/process.ts";
import { entriesOf, get, type Node, numberOf } from "../spec/node.ts";
import type { ProcessDraft } from "./draft.ts";
import { ownerOf } from "./pid-owner.ts";

const NO_PINS: readonly Pin[] = [];

export function pinsOf(draft: ProcessDraft, diagnostics: Diagnostic[]): readonly Pin[] {
  const pid = get(draft.node, "pid");
  const pids = entriesOf(get(draft.node, "pids"));
  const first = pid ?? pids[0]?.value ?? null;
  if (first === null) return NO_PINS;
  const pins: Pin[] = [];
  if (draft.isShared) {
    diagnostics.push(
      diagnostic(
        "SBX2204",
        first.span,
        `process "${draft.baseName}" has replicas, which cannot share a PID`,
        {
          help: "remove the pin, or write the processes out",
        },
      ),
    );
    return pins;
  }
  const own = pidOf(pid, diagnostics);
  if (pid !== null && own !== null) {
    if (!draft.sandbox.ownsPid && draft.sandbox.level === 0) {
      diagnostics.push(
        diagnostic(
          "SBX2206",
          pid.span,
          `process "${draft.baseName}" lives in the host's PID namespace`,
          {
            help: "pin it with `pids: {host: N}`, or make the PID namespace new",
          },
        ),
      );
    } else pins.push({ level: draft.sandbox.level, pid: own, span: pid.span });
  }
  for (const { key, keySpan, value } of pids) {
    const owner = ownerOf(draft, key, keySpan, diagnostics);
    const number = pidOf(value, diagnostics);
    if (owner !== null && number !== null) {
      pins.push({ level: owner === "host" ? 0 : owner.level, pid: number, span: value.span });
    }
  }
  return pins;
}

/** A number that is too large to be exact is reported as it was written; others are looked at as pins. */
function pidOf(node: Node | null, diagnostics: Diagnostic[]): number | null {
  const number = numberOf(node);
  if (node?.kind !== "scalar" || number === null || Number.isSafeInteger(number)) return number;
  diagnostics.push(notAPid(node.source, node.span));
  return null;
}

export function notAPid(written: string, span: Span): Diagnostic {
  return diagnostic("SBX2203", span, `${written} is no PID`, { help: `use 2 to ${PID_MAX}` });
}
