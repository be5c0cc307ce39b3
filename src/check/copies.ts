/** Copies of a process or sandbox: puts `${replica}` and `${nest}` into the nodes that use them. Pure. */

import type { Value } from "../spec/expression.ts";
import { integerOf, type MapNode, type Node } from "../spec/node.ts";
import { checkShape } from "../spec/shape.ts";
import { substitute } from "../spec/substitute.ts";
import type { Found } from "./values.ts";

/** Of a sandbox: its members are copies of their own, and its count is its parent's matter. */
const NOT_OWN: ReadonlySet<string> = new Set(["processes", "sandboxes", "replicas", "nest"]);
const COUNT: ReadonlySet<string> = new Set(["replicas"]);
const NOTHING: ReadonlySet<string> = new Set();

export class Copies {
  readonly #found: Found;
  readonly #isPlain: boolean;
  /** Whether a node holds a deferred scalar. */
  readonly #open = new WeakMap<Node, boolean>();

  constructor(isPlain: boolean, found: Found) {
    this.#isPlain = isPlain;
    this.#found = found;
  }

  /** A number of copies, worked out around them; null where there is none. */
  count(node: Node | null, scope: ReadonlyMap<string, Value>): number | null {
    if (node === null) return null;
    const made = this.#put(node, scope, NOTHING);
    if (made !== node) {
      const least = { kind: "map", span: node.span, entries: [] } as const;
      const entry = { key: "replicas", keySpan: node.span, value: made };
      const wrong = checkShape({ ...least, entries: [entry] }, "ProcessMap");
      this.#found.push(...wrong);
      if (wrong.length > 0) return null;
    }
    return integerOf(made);
  }

  /** The sandbox itself, without its members. */
  box(node: MapNode, scope: ReadonlyMap<string, Value>): MapNode {
    const made = this.#put(node, scope, NOT_OWN);
    if (made === node || made.kind !== "map") return node;
    const own = made.entries.filter((entry) => !node.entries.includes(entry));
    this.#found.push(...checkShape({ ...made, entries: own }, "Sandbox"));
    return made;
  }

  /** `replica` is null for a process that has no copies. */
  process(node: Node, around: ReadonlyMap<string, Value>, replica: number | null): Node {
    if (this.#isPlain || !this.#isOpen(node)) return node;
    const scope = replica === null ? around : new Map(around).set("replica", replica);
    const made = this.#put(node, scope, COUNT);
    this.#found.push(...checkShape(made, "Process"));
    return made;
  }

  #put(node: Node, scope: ReadonlyMap<string, Value>, skip: ReadonlySet<string>): Node {
    if (this.#isPlain || !this.#isOpen(node)) return node;
    const used = new Set<string>();
    const found = this.#found;
    return substitute(node, {
      scope,
      later: NOTHING,
      missing: NOTHING,
      onlyDeferred: true,
      skip,
      found,
      used,
    });
  }

  #isOpen(node: Node): boolean {
    if (node.kind === "scalar") return node.state === "deferred";
    const known = this.#open.get(node);
    if (known !== undefined) return known;
    const isOpen =
      node.kind === "list"
        ? node.items.some((item) => this.#isOpen(item))
        : node.entries.some(({ key, value }) => !key.startsWith("x-") && this.#isOpen(value));
    this.#open.set(node, isOpen);
    return isOpen;
  }
}
