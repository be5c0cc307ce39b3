/** Names for forked processes that hold no PID: whose child each is, and the how manyth. Pure. */

import type { Report } from "./report.ts";

export interface ForkName {
  /** `web+fork.2.1`: the first child of the second child of `web`. */
  readonly path: string;
  /** The declared process or init that it descends from. */
  readonly ancestor: string;
  /** `[2, 1]` of the above. */
  readonly numbers: readonly number[];
}

/** Children of deeper ones count as their siblings: a chain of forks may be as long as a run. */
const DEPTH_MAX = 12;

/** By the paths that the report has for them. */
export function forkNames(report: Report): Map<string, ForkName> {
  const parents = parentsOf(report);
  const names = new Map<string, ForkName>();
  const children = new Map<string, number>();
  for (const { path, kind } of report.processes) {
    if (kind !== "forked") continue;
    const ancestor = path.replace(/\+[^+]*$/, "");
    // A parent stands before its children; one that is gone has left them to the ancestor.
    const parent = names.get(parents.get(path) ?? "")?.numbers ?? [];
    const above = parent.slice(0, DEPTH_MAX - 1);
    const key = [ancestor, ...above].join(".");
    const number = (children.get(key) ?? 0) + 1;
    children.set(key, number);
    const numbers = [...above, number];
    names.set(path, { path: `${ancestor}+fork.${numbers.join(".")}`, ancestor, numbers });
  }
  return names;
}

/** The parent of each fork: from the trace, else from the snapshot. */
function parentsOf({ processes, trace }: Report): Map<string, string> {
  const byPid = new Map(processes.map(({ path, pids }) => [pids[0] ?? -1, path] as const));
  const bySnapshot = processes.flatMap(({ path, ppids }): [string, string][] => {
    const parent = byPid.get(ppids[0] ?? -2);
    return parent === undefined ? [] : [[path, parent]];
  });
  const byTrace = (trace ?? []).flatMap(({ event, path, parent }): [string, string][] =>
    event === "fork" && parent !== null ? [[path, parent]] : [],
  );
  return new Map([...bySnapshot, ...byTrace]);
}
