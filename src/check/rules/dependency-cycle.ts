/** SBX2104: processes that wait for each other in a circle. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Tree } from "../tree.ts";

/** How many dependencies of a long cycle are shown. */
const EDGES_SHOWN_MAX = 8;

/** Walks depth first with an explicit stack; reports each cycle once, at the dependency that closes it. */
export function dependencyCycle({ processes, byPath }: Tree, diagnostics: Diagnostic[]): void {
  const done = new Set<ProcessDraft>();
  for (const start of processes) {
    if (done.has(start)) continue;
    const trail: { process: ProcessDraft; next: number }[] = [{ process: start, next: 0 }];
    const open = new Set([start]);
    while (trail.length > 0) {
      const top = trail[trail.length - 1];
      if (top === undefined) break;
      const dependency = top.process.ir?.dependsOn[top.next++];
      if (dependency === undefined) {
        done.add(top.process);
        open.delete(top.process);
        trail.pop();
        continue;
      }
      const target = byPath.get(dependency.path);
      if (target === undefined || done.has(target)) continue;
      if (!open.has(target)) {
        open.add(target);
        trail.push({ process: target, next: 0 });
        continue;
      }
      const from = trail.findIndex(({ process }) => process === target);
      const waits = trail.slice(from, -1).flatMap(({ process, next }) => {
        const edge = process.ir?.dependsOn[next - 1];
        return edge === undefined ? [] : [{ span: edge.span, label: `"${process.path}" waits` }];
      });
      const names = [...trail.slice(from).map(({ process }) => process.path), target.path];
      diagnostics.push(
        diagnostic("SBX2104", dependency.span, `dependency cycle: ${names.join(" -> ")}`, {
          label: waits.length === 0 ? "" : `"${top.process.path}" waits, which closes the circle`,
          related: waits.slice(0, EDGES_SHOWN_MAX),
          notes: ["each of them waits for the next, so none would start"],
          help: "remove one of the dependencies",
        }),
      );
    }
  }
}
