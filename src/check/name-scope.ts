/** Names that a dependency can have, from a sandbox outwards, and the paths they stand for. Pure. */

import type { Budget } from "../spec/budget.ts";
import { entryOf, get, integerOf, type Node } from "../spec/node.ts";
import { pathOf, type SandboxDraft } from "./draft.ts";

/** Names that a dependency can have, with the path of the slot each stands for. */
type Scope = ReadonlyMap<string, readonly string[]>;

export interface Names {
  readonly scopes: Map<SandboxDraft, Scope>;
  readonly sandboxes: Map<SandboxDraft, ReadonlyMap<string, SandboxDraft>>;
  readonly budget: Budget;
}

/** From the sandbox outwards. Null: nothing has this name. */
export function lookUp(from: SandboxDraft, name: string, names: Names): readonly string[] | null {
  for (let sandbox: SandboxDraft | null = from; sandbox !== null; sandbox = sandbox.parent) {
    const [head = "", ...rest] = name.split("/");
    let at: SandboxDraft | undefined = sandbox;
    let last = head;
    for (const part of rest) {
      at = at === undefined ? undefined : sandboxesOf(at, names).get(last);
      last = part;
    }
    const paths = at === undefined ? undefined : scopeOf(at, names).get(last);
    if (paths !== undefined) return paths;
  }
  return null;
}

function sandboxesOf(
  sandbox: SandboxDraft,
  { sandboxes }: Names,
): ReadonlyMap<string, SandboxDraft> {
  const known = sandboxes.get(sandbox);
  if (known !== undefined) return known;
  // The first of two with one name is meant, as everywhere.
  const named = new Map(
    sandbox.sandboxes.toReversed().map((nested) => [nested.name, nested] as const),
  );
  sandboxes.set(sandbox, named);
  return named;
}

/** Whether a name stands for what is there no time at all, or has been refused for its name. */
export function hasNoCopy(from: SandboxDraft, name: string): boolean {
  for (let sandbox: SandboxDraft | null = from; sandbox !== null; sandbox = sandbox.parent) {
    if (entryOf(get(sandbox.node, "processes"), name) !== null) return true;
    let at: Node | null = sandbox.node;
    for (const part of name.split("/")) {
      const inner: Node | null = entryOf(get(at, "sandboxes"), part)?.value ?? null;
      at = inner ?? entryOf(get(at, "processes"), part)?.value ?? null;
      if (integerOf(get(at, "replicas")) === 0) return true;
    }
  }
  return false;
}

/** Own processes (a replicated one also by its plain name), nested sandboxes, and the init. */
function scopeOf(sandbox: SandboxDraft, { scopes }: Names): Scope {
  const known = scopes.get(sandbox);
  if (known !== undefined) return known;
  const names = new Map<string, string[]>();
  const add = (name: string, path: string) => {
    const paths = names.get(name) ?? [];
    names.set(name, paths);
    paths.push(path);
  };
  for (const { name, baseName, isReplica, path } of sandbox.processes) {
    add(name, path);
    if (isReplica) add(baseName, path);
  }
  for (const nested of sandbox.sandboxes) {
    const init = pathOf(nested, "init");
    add(nested.name, init);
    const base = nested.name.replace(/(\.\d+)+$/, "");
    if (base !== nested.name) add(base, init);
  }
  add("init", pathOf(sandbox, "init"));
  scopes.set(sandbox, names);
  return names;
}

/** Empty where so many have been compared that it would take too long. */
export function namesFrom(sandbox: SandboxDraft, names: Names): string[] {
  const diagnostics: string[] = [];
  for (let at: SandboxDraft | null = sandbox; at !== null; at = at.parent) {
    const scope = scopeOf(at, names);
    if (!names.budget.mayCompare(scope.size)) return [];
    diagnostics.push(...scope.keys());
  }
  return diagnostics;
}
