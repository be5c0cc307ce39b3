/** The report's sandboxes as a tree, with the processes of each. Pure. */

import type { Report, ReportNamespace, ReportProcess } from "./report.ts";

export interface Nest {
  readonly namespace: ReportNamespace;
  /** Path without that of the sandbox around; the root's is the name of the spec. */
  readonly name: string;
  readonly processes: readonly ReportProcess[];
  readonly nests: readonly Nest[];
}

/** Null of a report that has no sandbox. */
export function nestingOf(report: Report): Nest | null {
  const processes = grouped(report.processes, ({ sandbox }) => sandbox);
  const nested = grouped(report.namespaces, ({ parent }) => parent);
  const root = nested.get(null)?.[0];
  return root === undefined ? null : nest(root);

  function nest(namespace: ReportNamespace): Nest {
    return {
      namespace,
      name: namespace.path === "" ? report.sandbox : ownName(namespace.path, namespace.parent),
      processes: processes.get(namespace.path) ?? [],
      nests: (nested.get(namespace.path) ?? []).map(nest),
    };
  }
}

/** `outer/web` in `outer` is `web`. */
export function ownName(path: string, sandbox: string | null): string {
  return sandbox ? path.slice(sandbox.length + 1) : path;
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
