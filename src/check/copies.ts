/** Copies of a process or sandbox: puts `${replica}` and `${nest}` into the nodes that use them. Pure. */

import type { Span } from "../base/span.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import type { Budget } from "../spec/budget.ts";
import type { Scope } from "../spec/expression.ts";
import { entryOf, integerOf, type MapNode, type Node } from "../spec/node.ts";
import { checkShape } from "../spec/shape.ts";
import { substitute } from "../spec/substitute.ts";
import { Scales, type Weight } from "../spec/weight.ts";
import { withNumber } from "./copy-scope.ts";

/** Fields of a sandbox that are not copied: members have copies of their own, the parent has the count. */
const NOT_OWN: ReadonlySet<string> = new Set(["processes", "sandboxes", "replicas", "nest"]);
/** Fields of a sandbox that each of its processes has. */
const INHERITED = ["env", "inherit_env", "cwd", "limits", "user", "stop", "umask"] as const;
const ENV = ["env", "inherit_env"] as const;

/** What a sandbox adds to each of its processes. */
interface Shared {
  readonly sandbox: Node;
  readonly inherited: Weight;
  readonly environment: Weight;
}

/** Operations that a copy takes, whatever is in it. */
const COPY_COST = 10;
const COUNT: ReadonlySet<string> = new Set(["replicas"]);
const NOTHING: ReadonlySet<string> = new Set();

export class Copies {
  readonly #diagnostics: Diagnostic[];
  readonly #isPlain: boolean;
  /** Whether a node holds a deferred scalar. */
  readonly #open = new WeakMap<Node, boolean>();

  readonly #budget: Budget;
  readonly #scales: Scales;
  /** For the sandbox that was asked for last: its processes come one after the other. */
  #shared: Shared | null = null;

  /** `scope` has what all copies have in common: the parameters. */
  constructor(isPlain: boolean, scope: Scope, budget: Budget, diagnostics: Diagnostic[]) {
    this.#isPlain = isPlain;
    this.#budget = budget;
    this.#scales = new Scales(scope);
    this.#diagnostics = diagnostics;
  }

  /** Whether so many copies of a process can be had in the sandbox `sandbox`. */
  mayCopyProcess(node: Node, sandbox: Node, count: number, at: Span): boolean {
    const own = this.#scales.of(node);
    const { inherited, environment } = this.#sharedOf(sandbox);
    const isOpen = !this.#isPlain && this.#isOpen(node);
    // A process with variables of its own has a list of all, the sandbox's with them.
    const hasOwnList = ENV.some((key) => entryOf(node, key) !== null);
    const listed = hasOwnList ? environment.nodes : 0;
    return (
      this.#budget.spend("operations", count * (COPY_COST + own.operations), at) &&
      this.#budget.spend("text", count * (own.text + inherited.text), at) &&
      this.#budget.spend(
        "nodes",
        (isOpen ? count : 0) * own.nodes + (isOpen ? count : 1) * listed,
        at,
      )
    );
  }

  #sharedOf(sandbox: Node): Shared {
    if (this.#shared?.sandbox !== sandbox) {
      const inherited = this.#scales.ofFields(sandbox, INHERITED);
      const environment = this.#scales.ofFields(sandbox, ENV);
      this.#shared = { sandbox, inherited, environment };
    }
    return this.#shared;
  }

  /** The same of a sandbox, without its members. */
  mayCopySandbox(node: Node, count: number, at: Span): boolean {
    const own = this.#scales.ofEntries(node, (key) => !NOT_OWN.has(key));
    const isOpen = !this.#isPlain && this.#isOpen(node);
    return (
      this.#budget.spend("operations", count * (COPY_COST + own.operations), at) &&
      this.#budget.spend("text", count * own.text, at) &&
      this.#budget.spend("nodes", isOpen ? count * own.nodes : 0, at)
    );
  }

  /** A number of copies, worked out around them; null where there is none. */
  count(node: Node | null, scope: Scope): number | null {
    if (node === null) return null;
    const made = this.#put(node, scope, NOTHING);
    if (made !== node) {
      const least = { kind: "map", span: node.span, entries: [] } as const;
      const entry = { key: "replicas", keySpan: node.span, value: made };
      const wrong = checkShape({ ...least, entries: [entry] }, "ProcessMap");
      this.#diagnostics.push(...wrong);
      if (wrong.length > 0) return null;
    }
    return integerOf(made);
  }

  /** The sandbox itself, without its members. */
  sandbox(node: MapNode, scope: Scope): MapNode {
    const made = this.#put(node, scope, NOT_OWN);
    if (made === node || made.kind !== "map") return node;
    const own = made.entries.filter((entry) => !node.entries.includes(entry));
    this.#diagnostics.push(...checkShape({ ...made, entries: own }, "Sandbox"));
    return made;
  }

  /** `replica` is null for a process that has no copies. */
  process(node: Node, around: Scope, replica: number | null): Node {
    if (this.#isPlain || !this.#isOpen(node)) return node;
    const scope = replica === null ? around : withNumber(around, "replica", replica);
    const made = this.#put(node, scope, COUNT);
    this.#diagnostics.push(...checkShape(made, "Process"));
    return made;
  }

  #put(node: Node, scope: Scope, skip: ReadonlySet<string>): Node {
    if (this.#isPlain || !this.#isOpen(node)) return node;
    const used = new Set<string>();
    const diagnostics = this.#diagnostics;
    return substitute(node, {
      scope,
      budget: this.#budget,
      later: NOTHING,
      missing: NOTHING,
      onlyDeferred: true,
      skip,
      diagnostics,
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
