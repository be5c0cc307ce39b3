/** SBX2103: what a process waits for, by the paths of slots. Pure. */

import { isWaitCondition } from "../base/wait-conditions.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Dependency, DependencyCondition } from "../ir/process.ts";
import { entriesOf, get, type Node, textOf } from "../spec/node.ts";
import { didYouMean } from "../spec/suggest.ts";
import type { ProcessDraft } from "./draft.ts";
import { hasNoCopy, lookUp, type Names, namesFrom } from "./name-scope.ts";

const NO_DEPENDENCIES: readonly Dependency[] = [];

export function dependenciesOf(
  draft: ProcessDraft,
  names: Names,
  diagnostics: Diagnostic[],
): readonly Dependency[] {
  const node = get(draft.node, "depends_on");
  if (node === null) return NO_DEPENDENCIES;
  const asked: { name: string; condition: DependencyCondition; at: Node["span"] }[] = [];
  if (node.kind === "map") {
    for (const { key, keySpan, value } of entriesOf(node)) {
      const condition = textOf(value) ?? "started";
      if (isWaitCondition(condition)) {
        asked.push({ name: key, condition, at: keySpan });
      }
    }
  } else {
    for (const item of node.kind === "list" ? node.items : [node]) {
      const name = textOf(item);
      if (name !== null) asked.push({ name, condition: "started", at: item.span });
    }
  }
  return asked.flatMap(({ name, condition, at }) => {
    const paths = lookUp(draft.sandbox, name, names);
    if (paths === null && !hasNoCopy(draft.sandbox, name)) {
      diagnostics.push(
        diagnostic(
          "SBX2103",
          at,
          `process "${draft.baseName}" depends on "${name}", which does not exist`,
          {
            label: listOf(name) ?? didYouMean(name, namesFrom(draft.sandbox, names)),
            help: "names are looked up in this sandbox first; use a path such as outer/db for another one",
          },
        ),
      );
    }
    if (!names.budget.spend("edges", paths?.length ?? 0, at)) return [];
    return (paths ?? []).map((path) => ({ path, condition, span: at }));
  });
}

/** Several names in one text, of which none can have a blank or a comma. */
function listOf(text: string): string | null {
  const names = text.split(/\s*,\s*|\s+/).filter((name) => name !== "");
  return names.length < 2 ? null : `write a list: [${names.join(", ")}]`;
}
