/** How much of a plan a node makes each time it is used. Pure. */

import { costOf, type Scope } from "./expression.ts";
import { type Entry, entryOf, type Node, type ScalarNode } from "./node.ts";

export interface Weight {
  readonly nodes: number;
  /** UTF-16 units, with the signs that JSON puts around each. */
  readonly text: number;
  /** Signs of its expressions that get their values later. */
  readonly operations: number;
}

type Sum = { -readonly [Key in keyof Weight]: Weight[Key] };

export const NO_WEIGHT: Weight = { nodes: 0, text: 0, operations: 0 };

/** Quotes, a comma, brackets. */
const SIGN_COUNT = 4;

/** A node of fewer is weighed each time: that is quicker than to look it up, and takes no memory. */
const REMEMBERED_COUNT_MIN = 32;

const ALL = () => true;

/** Weighs each large node once, however often it is shared; of one scope, whatever its copies' numbers are. */
export class Scales {
  readonly #scope: Scope;
  readonly #known = new Map<Node, Weight>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  of(node: Node | null): Weight {
    if (node === null) return NO_WEIGHT;
    const sum: Sum = { ...NO_WEIGHT };
    this.#add(node, sum);
    return sum;
  }

  /** The weight of some entries of a map. */
  ofEntries(node: Node, takes: (key: string) => boolean): Weight {
    if (node.kind !== "map") return this.of(node);
    const sum: Sum = { nodes: 1, text: SIGN_COUNT, operations: 0 };
    this.#addEntries(node.entries, takes, sum);
    return sum;
  }

  /** The weight of the values that a map has under some keys. */
  ofFields(node: Node, keys: readonly string[]): Weight {
    const sum: Sum = { nodes: 1, text: SIGN_COUNT, operations: 0 };
    for (const key of keys) {
      const value = entryOf(node, key)?.value;
      if (value !== undefined) this.#add(value, sum);
    }
    return sum;
  }

  #add(node: Node, sum: Sum): void {
    const known = this.#known.get(node);
    if (known !== undefined) {
      sum.nodes += known.nodes;
      sum.text += known.text;
      sum.operations += known.operations;
    } else if (node.kind === "scalar") this.#addScalar(node, sum);
    else this.#addCollection(node, sum);
  }

  #addCollection(node: Exclude<Node, ScalarNode>, sum: Sum): void {
    const { nodes, text, operations } = sum;
    sum.nodes++;
    sum.text += SIGN_COUNT;
    if (node.kind === "list") for (const item of node.items) this.#add(item, sum);
    else this.#addEntries(node.entries, ALL, sum);
    if (sum.nodes - nodes < REMEMBERED_COUNT_MIN) return;
    this.#known.set(node, {
      nodes: sum.nodes - nodes,
      text: sum.text - text,
      operations: sum.operations - operations,
    });
  }

  #addEntries(entries: readonly Entry[], takes: (key: string) => boolean, sum: Sum): void {
    for (const { key, value } of entries) {
      if (key.startsWith("x-") || !takes(key)) continue;
      sum.nodes++;
      sum.text += key.length + SIGN_COUNT;
      this.#add(value, sum);
    }
  }

  #addScalar({ value, state }: ScalarNode, sum: Sum): void {
    sum.nodes++;
    if (typeof value !== "string") sum.text += 2 * SIGN_COUNT;
    else if (state !== "deferred") sum.text += value.length + SIGN_COUNT;
    else {
      const { length, operations } = costOf(value, this.#scope);
      sum.text += length + SIGN_COUNT;
      sum.operations += operations;
    }
  }
}
