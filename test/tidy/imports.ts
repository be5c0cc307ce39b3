/** What imports what: floors, circles, and imports that are written as calls. */

import { posix } from "node:path";
import { partsOf, type Source } from "./source.ts";

/** Lowest first: a file may import its own floor and every floor before it, less what `NEVER` forbids. */
export const FLOORS = [
  "base",
  "fields",
  "diag",
  "spec",
  "ir",
  "check",
  "plan",
  "wire",
  "host",
  "engine",
  "report",
  "lab",
  "interop",
  "editor",
  "api",
  "cli",
];

const NEVER: Readonly<Record<string, readonly string[]>> = {
  ir: ["spec"],
  plan: ["spec", "check"],
  wire: ["spec", "check"],
  host: ["spec", "check", "plan", "wire"],
  report: ["spec", "check", "host", "engine"],
};

/** Paths of the repository that a file imports, statically or by `import("…")`. */
export function importsOf({ path, text }: Source): string[] {
  const parts = partsOf(text);
  return parts.flatMap((part, index): string[] => {
    const before = parts[index - 1];
    if (part.kind !== "literal" || before?.kind !== "code") return [];
    const isCall = /\bimport\s*\(\s*$/.test(before.text);
    const isStatement =
      /\b(?:import|export)\b(?:(?!\b(?:import|export)\b)[^;])*\bfrom\s*$|\bimport\s*$/.test(
        before.text,
      );
    const specifier = part.text.slice(1, -1);
    if ((!isCall && !isStatement) || !specifier.startsWith(".")) return [];
    return [posix.join(posix.dirname(path), specifier)];
  });
}

/** Imports that go up a floor, or to one that the floor must never see. */
export function floorBreaks(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const floor = source.path.split("/")[1] ?? "";
    return importsOf(source).flatMap((target) => {
      const [top, to = ""] = target.split("/");
      if (top !== "src" || to === floor) return [];
      const isUp = FLOORS.indexOf(to) > FLOORS.indexOf(floor);
      return isUp || NEVER[floor]?.includes(to) ? [`${source.path} imports ${target}`] : [];
    });
  });
}

/** Groups of files that import each other, directly or by way of others; each sorted. */
export function circles(sources: readonly Source[]): string[][] {
  const edges = new Map(sources.map((source) => [source.path, importsOf(source)] as const));
  const reachable = new Map([...edges.keys()].map((path) => [path, reach(path, edges)] as const));
  const groups = [...edges.keys()].flatMap((path) => {
    const own = reachable.get(path) ?? new Set();
    if (!own.has(path)) return [];
    const members = [...own].filter((other) => reachable.get(other)?.has(path)).toSorted();
    return members[0] === path ? [members] : [];
  });
  return groups;
}

/** All that is imported from `start`, itself only if a circle leads back. */
function reach(start: string, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const visited = new Set<string>();
  const pending = [...(edges.get(start) ?? [])];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (visited.has(path)) continue;
    visited.add(path);
    pending.push(...(edges.get(path) ?? []));
  }
  return visited;
}
