/** The finished tree of sandboxes, every default filled in. Pure. */

import { byKind } from "../base/namespace-kinds.ts";
import { DEFAULT_STOP } from "../base/process-defaults.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import type { NamespaceKind, NamespaceMode } from "../ir/namespaces.ts";
import type { Clocks, IdMap, Sandbox } from "../ir/sandbox.ts";
import { get, integerOf, type Node, textOf } from "../spec/node.ts";
import { isNew, type SandboxDraft } from "./draft.ts";
import { durationOf, identityOf, offsetOf, stopOf } from "./values.ts";

/** The finished tree. Only of a draft without errors: every process then has its IR. */
export function sandboxOf(draft: SandboxDraft): Sandbox {
  const { node } = draft;
  const until = textOf(get(node, "until")) ?? "all";
  const maps = get(get(node, "user"), "map");
  const idMap: IdMap[] = (maps?.kind === "list" ? maps.items : []).map((item) => ({
    inside: integerOf(get(item, "inside")) ?? 0,
    outside: integerOf(get(item, "outside")) ?? 0,
    count: integerOf(get(item, "count")) ?? 1,
  }));
  const sortedMap = idMap.toSorted((a, b) => a.inside - b.inside);
  return {
    name: draft.name,
    path: draft.path,
    span: draft.span,
    description: textOf(get(node, "description")) ?? "",
    namespaces: namespacesOf(draft),
    level: draft.level,
    init: draft.init,
    hostname: textOf(get(node, "hostname")),
    domainname: textOf(get(node, "domainname")),
    user: identityOf(get(node, "user"), null),
    uidMap: sortedMap,
    gidMap: sortedMap,
    clocks: clocksOf(draft, []),
    root: rootOf(draft),
    until: until === "all" || until === "any" ? until : { processes: namedBy(draft, until) },
    timeoutMs: durationOf(get(node, "timeout"), []),
    stop: stopOf(get(node, "stop"), DEFAULT_STOP, []),
    processes: draft.processes.flatMap(({ ir }) => (ir === null ? [] : [ir])),
    sandboxes: draft.sandboxes.map(sandboxOf),
  };
}

/** The process of this name, or all copies of it. */
export function namedBy({ processes }: SandboxDraft, name: string): string[] {
  const meant = processes.filter((process) => process.name === name || process.baseName === name);
  return meant.map((process) => process.name);
}

export function rootOf(draft: SandboxDraft): Sandbox["root"] {
  const root = textOf(get(draft.node, "root"));
  if (root === "host" || root === "host-rw" || root === "inherit") return root;
  return draft.parent === null && isNew(draft.node, "mount", true) ? "host" : "inherit";
}

/** The offsets of its time namespace, where it says any. */
function clocksNode({ node }: SandboxDraft): Node | null {
  const time = get(get(node, "namespaces"), "time");
  return time?.kind === "map" ? time : null;
}

/** Null where it makes no time namespace. */
export function clocksOf(draft: SandboxDraft, diagnostics: Diagnostic[]): Clocks | null {
  if (namespacesOf(draft).time !== "new") return null;
  const node = clocksNode(draft);
  return {
    monotonicMs: offsetOf(get(node, "monotonic"), diagnostics) ?? 0,
    boottimeMs: offsetOf(get(node, "boottime"), diagnostics) ?? 0,
  };
}

function namespacesOf(draft: SandboxDraft): Record<NamespaceKind, NamespaceMode> {
  return byKind(({ kind, fallback }): NamespaceMode => {
    const asked = textOf(get(get(draft.node, "namespaces"), kind));
    if (asked === "new" || asked === "inherit") return asked;
    if (kind === "time" && clocksNode(draft) !== null) return "new";
    return kind === "user" && draft.parent === null ? "auto" : fallback;
  });
}
