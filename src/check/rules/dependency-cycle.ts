/** SBX2104: processes that wait for each other in a circle. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import type { ProcessDraft } from "../draft.ts";
import type { Tree } from "../tree.ts";

/** How many dependencies of a long cycle are shown. */
const EDGES_SHOWN_MAX = 8;
/** How many names the message of a long cycle has. */
const NAMES_SHOWN_MAX = 64;
/** How many cycles are reported: each message is as long as the trail that leads to it. */
const CIRCLE_COUNT_MAX = 1_000;

/** Whether it waits for nothing, as most do: it is in no circle. */
function isFree({ ir }: ProcessDraft): boolean {
  return ir === null || ir.dependsOn.length === 0;
}

/** Walks depth first with an explicit stack; reports each cycle once, at the dependency that closes it. */
export function dependencyCycle(tree: Tree, diagnostics: Diagnostic[]): void {
  const done = new Set<ProcessDraft>();
  let closed = 0;
  for (const start of tree.processes) {
    if (isFree(start) || done.has(start)) continue;
    const trail: { process: ProcessDraft; next: number }[] = [{ process: start, next: 0 }];
    // With where each stands in the trail, which can be as long as there are processes.
    const open = new Map([[start, 0]]);
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
      const target = tree.byPath.get(dependency.path);
      if (target === undefined || isFree(target) || done.has(target)) continue;
      if (!open.has(target)) {
        open.set(target, trail.length);
        trail.push({ process: target, next: 0 });
        continue;
      }
      const from = open.get(target) ?? 0;
      if (closed++ >= CIRCLE_COUNT_MAX) return;
      const waits = trail
        .slice(from, -1)
        .slice(0, EDGES_SHOWN_MAX)
        .flatMap(({ process, next }) => {
          const edge = process.ir?.dependsOn[next - 1];
          return edge === undefined ? [] : [{ span: edge.span, label: `"${process.path}" waits` }];
        });
      const cycle = trail.slice(from, from + NAMES_SHOWN_MAX).map(({ process }) => process.path);
      const more = trail.length - from - cycle.length;
      const names = [...cycle, ...(more > 0 ? [`${more} more`] : []), target.path];
      diagnostics.push(
        diagnostic("SBX2104", dependency.span, `dependency cycle: ${names.join(" -> ")}`, {
          label: waits.length === 0 ? "" : `"${top.process.path}" waits, which closes the circle`,
          related: waits,
          notes: ["each of them waits for the next, so none would start"],
          help: "remove one of the dependencies",
        }),
      );
    }
  }
}
