/** The sandbox tree while it is being type-checked: expanded, but with names not yet resolved. */

import type { Span } from "../base/span.ts";
import { PROCESS_COUNT_MAX, SANDBOX_COUNT_MAX } from "../base/spec-limits.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import type { NamespaceKind } from "../ir/namespaces.ts";
import type { Process } from "../ir/process.ts";
import type { Budget } from "../spec/budget.ts";
import type { Scope } from "../spec/expression.ts";
import { entriesOf, entryOf, get, type MapNode, type Node, textOf } from "../spec/node.ts";
import { Copies } from "./copies.ts";
import { withNumber } from "./copy-scope.ts";
import type { Found } from "./values.ts";

export interface BoxDraft {
  readonly name: string;
  /** Empty for the root. */
  readonly path: string;
  readonly span: Span;
  readonly node: MapNode;
  /** `node` before the numbers of copies were put in. */
  readonly written: MapNode;
  readonly parent: BoxDraft | null;
  /** Level of the PID namespace its processes live in. */
  readonly level: number;
  readonly ownsPid: boolean;
  /** What `${…}` stands for in its processes: parameters and the numbers of copies. */
  readonly scope: Scope;
  /** Name of the process that is PID 1; null: the shim. Not yet known to exist. */
  readonly init: string | null;
  readonly processes: ProcessDraft[];
  readonly boxes: BoxDraft[];
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
  readonly box: BoxDraft;
  /** Filled in by resolve. */
  ir: Process | null;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
/** With what each means in a path. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ["init", "`init` in a path means a sandbox's init"],
  ["host", "`host` means the level above all"],
]);

/** Own paths are joined with a slash; the root adds nothing. */
export function pathOf(box: { readonly path: string }, name: string): string {
  return box.path === "" ? name : `${box.path}/${name}`;
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
  found: Found,
): BoxDraft {
  const name = entryOf(root, "sandbox");
  const budget: Left = {
    processes: PROCESS_COUNT_MAX,
    boxes: SANDBOX_COUNT_MAX,
    spending,
    copies: new Copies(isPlain, scope, spending, found),
  };
  const top = boxDraft(
    textOf(name?.value ?? null) ?? "",
    "",
    name?.value.span ?? root.span,
    budget.copies.box(root, scope),
    null,
    scope,
  );
  const pending = [top];
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    if (spending.isSpent) break;
    const innermost = nestInside(box, budget, found);
    for (let each: BoxDraft = innermost; ; each = each.parent ?? each) {
      addProcesses(each, found, budget);
      if (each === box) break;
    }
    addBoxes(innermost, found, budget);
    pending.push(...innermost.boxes);
  }
  return top;
}

interface Left {
  processes: number;
  boxes: number;
  readonly spending: Budget;
  readonly copies: Copies;
}

function boxDraft(
  name: string,
  path: string,
  span: Span,
  node: MapNode,
  parent: BoxDraft | null,
  scope: Scope,
): BoxDraft {
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
    boxes: [],
  };
}

/** `doll` with nest 3 is `doll.1/doll.2/doll.3`; returns the innermost. */
function nestInside(box: BoxDraft, { copies }: Left, found: Found): BoxDraft {
  const node = get(box.node, "nest");
  const count = copies.count(node, box.parent?.scope ?? box.scope);
  if (count === null || node === null) return box;
  if (box.path === "") {
    found.push(
      diagnostic("SBX2305", node.span, "the root sandbox cannot be nested in itself", {
        help: "put `nest` on a sandbox below the root",
      }),
    );
    return box;
  }
  const base = box.name.replace(/\.1$/, "");
  let inner = box;
  for (let number = 2; number <= Math.min(count, 64); number++) {
    const name = `${base}.${number}`;
    if (!copies.mayCopyBox(box.written, 1, box.span)) break;
    const scope = withNumber(box.scope, "nest", number);
    const next = boxDraft(
      name,
      pathOf(inner, name),
      box.span,
      copies.box(box.written, scope),
      inner,
      scope,
    );
    inner.boxes.push(next);
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

function checkName(key: string, span: Span, what: string, found: Found): boolean {
  if (RESERVED.has(key)) {
    found.push(
      diagnostic("SBX2009", span, `"${key}" is a reserved name`, {
        help: `give this ${what} another name: ${RESERVED.get(key)}`,
      }),
    );
    return false;
  }
  if (NAME.test(key) && key.length <= 64) return true;
  found.push(
    diagnostic("SBX2008", span, `"${key.slice(0, 64)}" cannot name a ${what}`, {
      help: "use up to 64 letters, digits, `_` and `-`, beginning with a letter or digit",
    }),
  );
  return false;
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

function addProcesses(box: BoxDraft, found: Found, budget: Left): void {
  for (const { key, keySpan, value } of entriesOf(get(box.node, "processes"))) {
    if (!checkName(key, keySpan, "process", found)) continue;
    const count = budget.copies.count(get(value, "replicas"), box.scope);
    budget.processes -= count ?? 1;
    if (isTooMany(budget.processes, keySpan, budget)) return;
    if (!budget.copies.mayCopyProcess(value, box.node, count ?? 1, keySpan)) return;
    namesOf(count, key).forEach(({ name, isReplica }, index) => {
      const node = budget.copies.process(value, box.scope, isReplica ? index + 1 : null);
      box.processes.push({
        name,
        baseName: key,
        isReplica,
        isShared: isReplica && node === value,
        copies: count ?? 1,
        path: pathOf(box, name),
        span: keySpan,
        node,
        box,
        ir: null,
      });
    });
  }
}

function addBoxes(box: BoxDraft, found: Found, budget: Left): void {
  const processes = entriesOf(get(box.node, "processes"));
  for (const { key, keySpan, value } of entriesOf(get(box.node, "sandboxes"))) {
    if (value.kind !== "map" || !checkName(key, keySpan, "sandbox", found)) continue;
    const other = processes.find((process) => process.key === key);
    if (other !== undefined) {
      found.push(
        diagnostic("SBX2010", keySpan, `"${key}" is already a process of this sandbox`, {
          related: [{ span: other.keySpan, label: "the process" }],
          help: "rename one of the two: both would have the same path",
        }),
      );
    }
    const replicas = budget.copies.count(get(value, "replicas"), box.scope);
    const nest = budget.copies.count(get(value, "nest"), box.scope);
    budget.boxes -= (replicas ?? 1) * (nest ?? 1);
    if (isTooMany(budget.boxes, keySpan, budget)) return;
    if (!budget.copies.mayCopyBox(value, replicas ?? 1, keySpan)) return;
    namesOf(replicas, key).forEach(({ name, isReplica }, index) => {
      const own = nest === null ? name : `${name}.1`;
      let scope = box.scope;
      if (isReplica) scope = withNumber(scope, "replica", index + 1);
      if (nest !== null) scope = withNumber(scope, "nest", 1);
      const node = budget.copies.box(value, scope);
      box.boxes.push({
        ...boxDraft(own, pathOf(box, own), keySpan, node, box, scope),
        written: value,
      });
    });
  }
}

export function* everyBox(root: BoxDraft): Generator<BoxDraft> {
  const pending = [root];
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    yield box;
    pending.push(...box.boxes.toReversed());
  }
}
