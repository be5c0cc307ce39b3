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

export const NO_WEIGHT: Weight = { nodes: 0, text: 0, operations: 0 };

/** Quotes, a comma, brackets. */
const SIGN_COUNT = 4;

/** Weighs each node once, however often it is shared; of one scope, whatever its copies' numbers are. */
export class Scales {
  readonly #scope: Scope;
  readonly #known = new WeakMap<Node, Weight>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  of(node: Node | null): Weight {
    if (node === null) return NO_WEIGHT;
    if (node.kind === "scalar") return this.#scalar(node);
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const made =
      node.kind === "list" ? this.#items(node.items) : this.#entries(node.entries, () => true);
    this.#known.set(node, made);
    return made;
  }

  /** The weight of some entries of a map. */
  ofEntries(node: Node, takes: (key: string) => boolean): Weight {
    return node.kind === "map" ? this.#entries(node.entries, takes) : this.of(node);
  }

  /** The weight of the values that a map has under some keys. */
  ofFields(node: Node, keys: readonly string[]): Weight {
    return this.#items(keys.flatMap((key) => entryOf(node, key)?.value ?? []));
  }

  #items(items: readonly Node[]): Weight {
    let { nodes, text, operations } = { nodes: 1, text: SIGN_COUNT, operations: 0 };
    for (const item of items) {
      const each = this.of(item);
      nodes += each.nodes;
      text += each.text;
      operations += each.operations;
    }
    return { nodes, text, operations };
  }

  #entries(entries: readonly Entry[], takes: (key: string) => boolean): Weight {
    let { nodes, text, operations } = { nodes: 1, text: SIGN_COUNT, operations: 0 };
    for (const { key, value } of entries) {
      if (key.startsWith("x-") || !takes(key)) continue;
      const each = this.of(value);
      nodes += each.nodes + 1;
      text += each.text + key.length + SIGN_COUNT;
      operations += each.operations;
    }
    return { nodes, text, operations };
  }

  #scalar({ value, state }: ScalarNode): Weight {
    if (typeof value !== "string") return { nodes: 1, text: 2 * SIGN_COUNT, operations: 0 };
    if (state !== "deferred") return { nodes: 1, text: value.length + SIGN_COUNT, operations: 0 };
    const { length, operations } = costOf(value, this.#scope);
    return { nodes: 1, text: length + SIGN_COUNT, operations };
  }
}
