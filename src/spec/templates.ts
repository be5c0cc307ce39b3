/** `templates` and `use`: merges templates under the nodes that name them. Pure. */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { TEMPLATE_DEPTH_MAX } from "./bounds.ts";
import type { Budget } from "./budget.ts";
import { type Entry, entriesOf, entryOf, get, type MapNode, type Node, textOf } from "./node.ts";
import { didYouMean } from "./suggest.ts";

export interface Template {
  readonly name: string;
  readonly nameSpan: Span;
  readonly body: MapNode;
  /** Where it is named by `use`. */
  readonly uses: Span[];
}

export type Templates = ReadonlyMap<string, Template>;

/** Maps that stand for one choice: a nearer one replaces a farther one as a whole. */
const WHOLE = new Set(["stdin", "stdout", "stderr"]);
/** A node has at most one of these: its own replaces a template's. */
const EITHER = ["run", "shell"];

/** Collects the `templates` of one file's root into `into`. */
export function collectTemplates(
  root: Node,
  into: Map<string, Template>,
  diagnostics: Diagnostic[],
): void {
  for (const { key, keySpan, value } of entriesOf(get(root, "templates"))) {
    const other = into.get(key);
    if (other !== undefined) {
      diagnostics.push(
        diagnostic("SBX2121", keySpan, `template "${key}" is already defined`, {
          help: "rename one of the two",
          related: [{ span: other.nameSpan, label: "the other one" }],
        }),
      );
    } else if (value.kind === "map") {
      into.set(key, { name: key, nameSpan: keySpan, body: value, uses: [] });
    }
  }
}

/** The root with every `use` carried out, in it and in all processes and sandboxes below. */
export function applyTemplates(
  root: MapNode,
  templates: Templates,
  budget: Budget,
  diagnostics: Diagnostic[],
): MapNode {
  const cycle = cycleOf(templates, budget);
  if (budget.isSpent) return root;
  if (cycle !== null) {
    const [first] = cycle;
    diagnostics.push(
      diagnostic(
        "SBX2120",
        first?.at ?? root.span,
        `template cycle: ${[...cycle.map(({ name }) => name), first?.name].join(" -> ")}`,
        { help: "let one of them do without the other" },
      ),
    );
    return root;
  }
  return new Merger(templates, budget, diagnostics).root(root);
}

/** Where a node, or a node inside of it, names templates. */
function* namesUsed(node: Node): Generator<{ name: string; span: Span }> {
  const use = get(node, "use");
  for (const item of use?.kind === "list" ? use.items : use === null ? [] : [use]) {
    const name = textOf(item);
    if (name !== null) yield { name, span: item.span };
  }
  for (const key of ["processes", "sandboxes"] as const) {
    for (const { value } of entriesOf(get(node, key))) yield* namesUsed(value);
  }
}

/** Depth first, as deep as templates may use each other. */
function cycleOf(templates: Templates, budget: Budget): { name: string; at: Span }[] | null {
  const done = new Set<string>();
  const open: { name: string; at: Span }[] = [];
  const visit = (name: string, at: Span): { name: string; at: Span }[] | null => {
    const from = open.findIndex((other) => other.name === name);
    if (from >= 0) return [{ name, at }, ...open.slice(from + 1)];
    const template = templates.get(name);
    if (template === undefined || done.has(name)) return null;
    if (open.length >= TEMPLATE_DEPTH_MAX) {
      refuseDepth(at, budget);
      return null;
    }
    open.push({ name, at });
    for (const { name: other, span } of namesUsed(template.body)) {
      const cycle = visit(other, span);
      if (cycle !== null) return cycle;
    }
    open.pop();
    done.add(name);
    return null;
  };
  for (const { name, nameSpan } of templates.values()) {
    const cycle = visit(name, nameSpan);
    if (cycle !== null) return cycle;
  }
  return null;
}

function refuseDepth(at: Span, budget: Budget): void {
  budget.refuse(
    at,
    `templates are used inside of each other more than ${TEMPLATE_DEPTH_MAX} deep`,
    "merge some of them into one",
  );
}

class Merger {
  readonly #templates: Templates;
  readonly #diagnostics: Diagnostic[];
  readonly #budget: Budget;
  /** Bodies with all that they use: each is made once, however often it is used. */
  readonly #wholes = new Map<string, MapNode>();
  #depth = 0;

  constructor(templates: Templates, budget: Budget, diagnostics: Diagnostic[]) {
    this.#templates = templates;
    this.#budget = budget;
    this.#diagnostics = diagnostics;
  }

  root(root: MapNode): MapNode {
    const made = this.#node(root);
    return made.kind === "map" ? made : root;
  }

  #node(node: Node): Node {
    if (node.kind !== "map" || this.#budget.isSpent) return node;
    if (this.#depth >= TEMPLATE_DEPTH_MAX) {
      refuseDepth(node.span, this.#budget);
      return node;
    }
    this.#depth++;
    const made = this.#withMembers(node, this.#withUsed(node));
    this.#depth--;
    return made;
  }

  #withMembers(node: MapNode, merged: MapNode): MapNode {
    let changed = merged !== node;
    const entries = merged.entries.map((entry) => {
      if (entry.key !== "processes" && entry.key !== "sandboxes") return entry;
      const value = this.#children(entry.value);
      changed ||= value !== entry.value;
      return value === entry.value ? entry : { ...entry, value };
    });
    return changed ? { ...merged, entries } : node;
  }

  #children(node: Node): Node {
    if (node.kind !== "map") return node;
    let changed = false;
    const entries = node.entries.map((entry) => {
      const value = this.#node(entry.value);
      changed ||= value !== entry.value;
      return value === entry.value ? entry : { ...entry, value };
    });
    return changed ? { ...node, entries } : node;
  }

  /** With the templates that it names itself; what is below comes later. */
  #withUsed(node: MapNode): MapNode {
    let merged = node;
    const merging = new Set<string>();
    // The last one named is the nearest, so it is merged first; once more it would add nothing.
    for (const { name, span } of this.#names(node).toReversed()) {
      const template = this.#templates.get(name);
      if (template === undefined || this.#budget.isSpent) continue;
      template.uses.push(span);
      if (merging.has(name)) continue;
      merging.add(name);
      merged = this.#merge(merged, this.#whole(template), "node");
    }
    return merged;
  }

  #whole({ name, body }: Template): MapNode {
    const known = this.#wholes.get(name);
    if (known !== undefined) return known;
    const made = this.#withUsed(body);
    this.#wholes.set(name, made);
    return made;
  }

  #names(node: MapNode): { name: string; span: Span }[] {
    const use = get(node, "use");
    const items = use?.kind === "list" ? use.items : use === null ? [] : [use];
    return items.flatMap((item) => {
      const name = textOf(item);
      if (name === null) return [];
      if (this.#templates.has(name)) return [{ name, span: item.span }];
      this.#diagnostics.push(
        diagnostic("SBX2119", item.span, `there is no template "${name}"`, {
          label: this.#budget.mayCompare(this.#templates.size)
            ? didYouMean(name, this.#templates.keys())
            : "",
          help: "define it under `templates`, or `include` the file that does",
        }),
      );
      return [];
    });
  }

  /** `near` wins; maps are merged, all else is replaced. Entries keep their own places. */
  #merge(near: MapNode, far: MapNode, level: Level): MapNode {
    const steps = near.entries.length + far.entries.length;
    if (!this.#budget.spend("merging", steps, far.span)) return near;
    const isNode = level === "node";
    const hasCommand = isNode && EITHER.some((key) => entryOf(near, key) !== null);
    const entries = new Map(near.entries.map((entry) => [entry.key, entry] as const));
    for (const entry of far.entries) {
      if ((isNode && entry.key === "use") || (hasCommand && EITHER.includes(entry.key))) continue;
      const own = entries.get(entry.key);
      const merged = own === undefined ? entry : this.#both(own, entry, level);
      if (merged !== own) {
        entries.set(entry.key, merged);
        this.#budget.spend("merged", 1, entry.keySpan);
      }
    }
    return { ...near, entries: [...entries.values()] };
  }

  #both(near: Entry, far: Entry, level: Level): Entry {
    const [own, other] =
      level === "processes" ? writtenOut(near.value, far.value) : [near.value, far.value];
    if (own.kind !== "map" || other.kind !== "map") return near;
    if (level === "node" && WHOLE.has(near.key)) return near;
    return { ...near, value: this.#merge(own, other, levelBelow(level, near.key)) };
  }
}

/** What a map is: a sandbox or process, the members of a sandbox by name, or the value of a field. */
type Level = "node" | "processes" | "sandboxes" | "value";

function levelBelow(level: Level, key: string): Level {
  if (level === "processes" || level === "sandboxes") return "node";
  return level === "node" && (key === "processes" || key === "sandboxes") ? key : "value";
}

/** The short form of a process is a map as well, where one is to be merged with it. */
function writtenOut(near: Node, far: Node): readonly [Node, Node] {
  if (near.kind === "map") return [near, asCommand(far)];
  return far.kind === "map" ? [asCommand(near), far] : [near, far];
}

function asCommand(node: Node): Node {
  if (node.kind === "map" || (node.kind === "scalar" && textOf(node) === null)) return node;
  return {
    kind: "map",
    span: node.span,
    entries: [{ key: "run", keySpan: node.span, value: node }],
  };
}
