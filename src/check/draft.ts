/** The sandbox tree while it is being type-checked: expanded, but with names not yet resolved. */

import { isNodeName, NODE_NAME_LENGTH_MAX, nodeNameLike } from "../base/node-name.ts";
import type { Span } from "../base/span.ts";
import { PROCESS_COUNT_MAX, SANDBOX_COUNT_MAX } from "../base/spec-limits.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { NamespaceKind } from "../ir/namespaces.ts";
import type { Process } from "../ir/process.ts";
import type { Budget } from "../spec/budget.ts";
import type { Scope } from "../spec/expression.ts";
import { entriesOf, entryOf, get, type MapNode, type Node, textOf } from "../spec/node.ts";
import { Copies } from "./copies.ts";
import { withNumber } from "./copy-scope.ts";

export interface SandboxDraft {
  readonly name: string;
  /** Empty for the root. */
  readonly path: string;
  readonly span: Span;
  readonly node: MapNode;
  /** `node` before the numbers of copies were put in. */
  readonly written: MapNode;
  readonly parent: SandboxDraft | null;
  /** Level of the PID namespace its processes live in. */
  readonly level: number;
  readonly ownsPid: boolean;
  /** What `${…}` stands for in its processes: parameters and the numbers of copies. */
  readonly scope: Scope;
  /** Name of the process that is PID 1; null: the shim. Not yet known to exist. */
  readonly init: string | null;
  readonly processes: ProcessDraft[];
  readonly sandboxes: SandboxDraft[];
}

export interface ProcessDraft {
  readonly name: string;
  /** Without the index of a replica. */
  readonly baseName: string;
  readonly isReplica: boolean;
  /** Whether other replicas have the very same node. */
  readonly isShared: boolean;
  /** How many there are of it in its sandbox. */
  readonly copies: number;
  readonly path: string;
  readonly span: Span;
  readonly node: Node;
  readonly sandbox: SandboxDraft;
  /** Filled in by resolve. */
  ir: Process | null;
}

/** With what each means in a path. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ["init", "`init` in a path means a sandbox's init"],
  ["host", "`host` means the level above all"],
]);

/** Own paths are joined with a slash; the root adds nothing. */
export function pathOf(sandbox: { readonly path: string }, name: string): string {
  return sandbox.path === "" ? name : `${sandbox.path}/${name}`;
}

export function isNew(node: Node, kind: NamespaceKind, fallback: boolean): boolean {
  const mode = textOf(get(get(node, "namespaces"), kind));
  return mode === null ? fallback : mode === "new";
}

/** The place that says so, to belong to a finding; none where it is the default. */
export function inheritedAt(node: Node, kind: NamespaceKind): { span: Span; label: string }[] {
  const mode = get(get(node, "namespaces"), kind);
  return mode === null ? [] : [{ span: mode.span, label: "inherited here" }];
}

/** Expands the whole tree; `isPlain` says that it holds no expression. `nest` puts the nested sandboxes into the innermost copy. */
export function draftOf(
  root: MapNode,
  scope: Scope,
  isPlain: boolean,
  spending: Budget,
  diagnostics: Diagnostic[],
): SandboxDraft {
  const name = entryOf(root, "sandbox");
  const budget: Left = {
    processes: PROCESS_COUNT_MAX,
    sandboxes: SANDBOX_COUNT_MAX,
    spending,
    copies: new Copies(isPlain, scope, spending, diagnostics),
  };
  const top = sandboxDraft(
    textOf(name?.value ?? null) ?? "",
    "",
    name?.value.span ?? root.span,
    budget.copies.sandbox(root, scope),
    null,
    scope,
  );
  const pending = [top];
  for (let sandbox = pending.pop(); sandbox !== undefined; sandbox = pending.pop()) {
    if (spending.isSpent) break;
    const innermost = nestInside(sandbox, budget, diagnostics);
    for (let each: SandboxDraft = innermost; ; each = each.parent ?? each) {
      addProcesses(each, diagnostics, budget);
      if (each === sandbox) break;
    }
    addSandboxes(innermost, diagnostics, budget);
    pending.push(...innermost.sandboxes);
  }
  return top;
}

interface Left {
  processes: number;
  sandboxes: number;
  readonly spending: Budget;
  readonly copies: Copies;
}

function sandboxDraft(
  name: string,
  path: string,
  span: Span,
  node: MapNode,
  parent: SandboxDraft | null,
  scope: Scope,
): SandboxDraft {
  const ownsPid = isNew(node, "pid", true);
  const init = textOf(get(node, "init"));
  return {
    name,
    path,
    span,
    node,
    written: node,
    parent,
    level: (parent?.level ?? 0) + (ownsPid ? 1 : 0),
    ownsPid,
    scope,
    init: init === null || init === "reaper" ? null : init,
    processes: [],
    sandboxes: [],
  };
}

/** `doll` with nest 3 is `doll.1/doll.2/doll.3`; returns the innermost. */
function nestInside(
  sandbox: SandboxDraft,
  { copies }: Left,
  diagnostics: Diagnostic[],
): SandboxDraft {
  const node = get(sandbox.node, "nest");
  const count = copies.count(node, sandbox.parent?.scope ?? sandbox.scope);
  if (count === null || node === null) return sandbox;
  if (sandbox.path === "") {
    diagnostics.push(
      diagnostic("SBX2305", node.span, "the root sandbox cannot be nested in itself", {
        help: "put `nest` on a sandbox below the root",
      }),
    );
    return sandbox;
  }
  const base = sandbox.name.replace(/\.1$/, "");
  let inner = sandbox;
  for (let number = 2; number <= Math.min(count, 64); number++) {
    const name = `${base}.${number}`;
    if (!copies.mayCopySandbox(sandbox.written, 1, sandbox.span)) break;
    const scope = withNumber(sandbox.scope, "nest", number);
    const next = sandboxDraft(
      name,
      pathOf(inner, name),
      sandbox.span,
      copies.sandbox(sandbox.written, scope),
      inner,
      scope,
    );
    inner.sandboxes.push(next);
    inner = next;
  }
  return inner;
}

function namesOf(count: number | null, name: string): { name: string; isReplica: boolean }[] {
  if (count === null) return [{ name, isReplica: false }];
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}.${index + 1}`,
    isReplica: true,
  }));
}

/** The name to go on with: what else is wrong with the node is reported even so. */
function checkedName(key: string, span: Span, what: string, diagnostics: Diagnostic[]): string {
  if (RESERVED.has(key)) {
    diagnostics.push(
      diagnostic("SBX2009", span, `"${key}" is a reserved name`, {
        help: `give this ${what} another name: ${RESERVED.get(key)}`,
      }),
    );
    return `${key}-`; // not the path of what has this name
  }
  if (isNodeName(key)) return key;
  const shown = key.slice(0, NODE_NAME_LENGTH_MAX);
  const like = nodeNameLike(key);
  diagnostics.push(
    diagnostic("SBX2008", span, `"${shown}" cannot name a ${what}`, {
      label: like === null ? "" : `did you mean "${like}"?`,
      help: "use up to 64 letters, digits, `_` and `-`, beginning with a letter or digit",
    }),
  );
  return shown;
}

function isTooMany(left: number, span: Span, { spending }: Left): boolean {
  if (left >= 0) return false;
  spending.refuse(
    span,
    "the spec expands to too many processes or sandboxes",
    `lower \`replicas\`: at most ${PROCESS_COUNT_MAX} processes and ${SANDBOX_COUNT_MAX} sandboxes`,
  );
  return true;
}

function addProcesses(sandbox: SandboxDraft, diagnostics: Diagnostic[], budget: Left): void {
  for (const { key, keySpan, value } of entriesOf(get(sandbox.node, "processes"))) {
    const named = checkedName(key, keySpan, "process", diagnostics);
    const count = budget.copies.count(get(value, "replicas"), sandbox.scope);
    budget.processes -= count ?? 1;
    if (isTooMany(budget.processes, keySpan, budget)) return;
    if (!budget.copies.mayCopyProcess(value, sandbox.node, count ?? 1, keySpan)) return;
    namesOf(count, named).forEach(({ name, isReplica }, index) => {
      const node = budget.copies.process(value, sandbox.scope, isReplica ? index + 1 : null);
      sandbox.processes.push({
        name,
        baseName: key,
        isReplica,
        isShared: isReplica && node === value,
        copies: count ?? 1,
        path: pathOf(sandbox, name),
        span: keySpan,
        node,
        sandbox,
        ir: null,
      });
    });
  }
}

function addSandboxes(sandbox: SandboxDraft, diagnostics: Diagnostic[], budget: Left): void {
  const processes = entriesOf(get(sandbox.node, "processes"));
  for (const { key, keySpan, value } of entriesOf(get(sandbox.node, "sandboxes"))) {
    if (value.kind !== "map") continue;
    const named = checkedName(key, keySpan, "sandbox", diagnostics);
    const other = processes.find((process) => process.key === key);
    if (other !== undefined) {
      diagnostics.push(
        diagnostic("SBX2010", keySpan, `"${key}" is already a process of this sandbox`, {
          related: [{ span: other.keySpan, label: "the process" }],
          help: "rename one of the two: both would have the same path",
        }),
      );
    }
    const replicas = budget.copies.count(get(value, "replicas"), sandbox.scope);
    const nest = budget.copies.count(get(value, "nest"), sandbox.scope);
    budget.sandboxes -= (replicas ?? 1) * (nest ?? 1);
    if (isTooMany(budget.sandboxes, keySpan, budget)) return;
    if (!budget.copies.mayCopySandbox(value, replicas ?? 1, keySpan)) return;
    namesOf(replicas, named).forEach(({ name, isReplica }, index) => {
      const own = nest === null ? name : `${name}.1`;
      let scope = sandbox.scope;
      if (isReplica) scope = withNumber(scope, "replica", index + 1);
      if (nest !== null) scope = withNumber(scope, "nest", 1);
      const node = budget.copies.sandbox(value, scope);
      sandbox.sandboxes.push({
        ...sandboxDraft(own, pathOf(sandbox, own), keySpan, node, sandbox, scope),
        written: value,
      });
    });
  }
}

export function* everySandbox(root: SandboxDraft): Generator<SandboxDraft> {
  const pending = [root];
  for (let sandbox = pending.pop(); sandbox !== undefined; sandbox = pending.pop()) {
    yield sandbox;
    pending.push(...sandbox.sandboxes.toReversed());
  }
}
