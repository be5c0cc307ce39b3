/**
 * What one check may still spend: a spec of a few lines can ask for more than any machine has. Pure
 * but for its own counts.
 *
 * Everything that makes more of a spec than is written asks here first, with the span that makes it
 * grow. The first that cannot be had is a finding, and ends the check: `isSpent`.
 */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import * as bounds from "./bounds.ts";

export type Spending = "text" | "nodes" | "walked" | "edges" | "operations" | "merged" | "merging";

interface Kind {
  readonly most: number;
  readonly message: string;
  readonly help: string;
}

const MEBIBYTE = 1024 * 1024;
const FEWER_TEMPLATES = `use fewer: at most ${bounds.MERGED_COUNT_MAX} fields may come from templates`;
const TEMPLATES = "templates of templates expand to too much";

const KINDS: Readonly<Record<Spending, Kind>> = {
  text: {
    most: bounds.EXPANDED_TEXT_LENGTH_MAX,
    message: "the texts of all copies and uses together are too long",
    help: `shorten the text, or use it less often: at most ${bounds.EXPANDED_TEXT_LENGTH_MAX / MEBIBYTE} MiB in all; a file can be shared by all`,
  },
  nodes: {
    most: bounds.COPIED_NODE_COUNT_MAX,
    message: "copies that differ from each other expand to too many values",
    help: `lower \`replicas\`, or let less of each copy depend on its number: at most ${bounds.COPIED_NODE_COUNT_MAX} values`,
  },
  walked: {
    most: bounds.WALKED_NODE_COUNT_MAX,
    message: "aliases and templates expand to too many values",
    help: `repeat less: at most ${bounds.WALKED_NODE_COUNT_MAX} values in all`,
  },
  edges: {
    most: bounds.EDGE_COUNT_MAX,
    message: "the copies depend on each other too many times",
    help: `let them wait for one process that waits for the others: at most ${bounds.EDGE_COUNT_MAX} dependencies`,
  },
  operations: {
    most: bounds.OPERATION_COUNT_MAX,
    message: "the copies, cases and expressions take too many steps to work out",
    help: `use fewer copies, cases of the matrix, or signs in expressions: at most ${bounds.OPERATION_COUNT_MAX} steps`,
  },
  merged: { most: bounds.MERGED_COUNT_MAX, message: TEMPLATES, help: FEWER_TEMPLATES },
  merging: { most: bounds.MERGE_STEP_COUNT_MAX, message: TEMPLATES, help: FEWER_TEMPLATES },
};

export class Budget {
  readonly #diagnostics: Diagnostic[];
  readonly #spent = new Map<Spending, number>();
  #compared = 0;
  #isSpent = false;

  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics;
  }

  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Whether it can be had; nothing can any more once something could not. */
  spend(what: Spending, count: number, at: Span): boolean {
    const spent = (this.#spent.get(what) ?? 0) + count;
    this.#spent.set(what, spent);
    const { most, message, help } = KINDS[what];
    if (spent > most) this.refuse(at, message, help);
    return !this.#isSpent;
  }

  /** Forgets what was spent on what is not kept, before the next case. */
  renew(...kinds: readonly Spending[]): void {
    for (const kind of kinds) this.#spent.delete(kind);
  }

  /** Limits that are not sums. */
  refuse(at: Span, message: string, help: string): void {
    if (!this.#isSpent) this.#diagnostics.push(diagnostic("SBX2310", at, message, { help }));
    this.#isSpent = true;
  }

  /** Whether a wrong name may still be compared with so many right ones, for a suggestion. */
  mayCompare(count: number): boolean {
    this.#compared += count;
    return this.#compared <= bounds.COMPARED_COUNT_MAX;
  }
}
