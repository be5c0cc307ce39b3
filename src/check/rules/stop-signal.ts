/** SBX2610: a stop signal that does not ask a process to end. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { signalName } from "../../ir/signals.ts";
import { get } from "../../spec/node.ts";
import type { ProcessDraft } from "../draft.ts";
import { signalOf } from "../values.ts";

/** Source: signal(7). */
const WHY: Readonly<Record<string, string>> = {
  KILL: "cannot be caught, so the grace is never used",
  STOP: "stops a process without ending it",
  TSTP: "stops a process without ending it",
  CONT: "ends nothing",
  CHLD: "is ignored by most programs",
};

export function stopSignal({ node, baseName }: ProcessDraft, diagnostics: Diagnostic[]): void {
  const stop = get(node, "stop");
  const signal = get(stop, "signal");
  if (signal === null) return;
  const name = signalName(signalOf(signal, []) ?? 0);
  const why = Object.hasOwn(WHY, name) ? WHY[name] : undefined;
  if (why === undefined || (name === "KILL" && get(stop, "grace") === null)) return;
  diagnostics.push(
    diagnostic("SBX2610", signal.span, `${name} as stop signal of "${baseName}" ${why}`, {
      help:
        name === "KILL"
          ? "remove `grace`, or name another signal"
          : "name a signal that ends it, such as TERM",
    }),
  );
}
