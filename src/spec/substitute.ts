/** Puts values in the place of `${…}` in a tree of nodes. Pure. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Budget } from "./budget.ts";
import {
  costOf,
  hasExpression,
  interpolate,
  namesIn,
  type Problem,
  type Scope,
} from "./expression.ts";
import { type Entry, mapped, type Node, type ScalarNode, spanIn } from "./node.ts";
import { didYouMean } from "./suggest.ts";

export interface Substitution {
  readonly scope: Scope;
  readonly budget: Budget;
  /** Names that get their values later: scalars that use them stay as they are. */
  readonly later: ReadonlySet<string>;
  /** Names whose lack of a value has been reported: scalars that use them are poisoned. */
  readonly missing: ReadonlySet<string>;
  /** Set in a second pass: all other text is final, even where it holds a literal `${`. */
  readonly onlyDeferred: boolean;
  /** Keys of maps whose values are left alone. */
  readonly skip: ReadonlySet<string>;
  readonly diagnostics: Diagnostic[];
  /** Collects every name that was used. */
  readonly used: Set<string>;
}

/** The same node where nothing changes, so that an expanded tree shares what it can. */
export function substitute(node: Node, how: Substitution): Node {
  if (node.kind === "scalar") return scalar(node, how);
  if (node.kind === "list") {
    const items = mapped(node.items, (item) => substitute(item, how));
    return items === node.items ? node : { ...node, items };
  }
  const entries = mapped(node.entries, (entry): Entry => {
    if (how.skip.has(entry.key) || entry.key.startsWith("x-")) return entry;
    const value = substitute(entry.value, how);
    return value === entry.value ? entry : { ...entry, value };
  });
  return entries === node.entries ? node : { ...node, entries };
}

function scalar(node: ScalarNode, how: Substitution): ScalarNode {
  if (typeof node.value !== "string" || node.state === "poisoned" || !hasExpression(node.value)) {
    return node;
  }
  if (how.onlyDeferred && node.state !== "deferred") return node;
  const names = namesIn(node.value);
  for (const name of names) how.used.add(name);
  if ([...names].some((name) => how.missing.has(name))) return { ...node, state: "poisoned" };
  if ([...names].some((name) => how.later.has(name))) return { ...node, state: "deferred" };
  // What copies cost is known, and spent, before they are made.
  if (!how.onlyDeferred) {
    const { length, operations } = costOf(node.value, how.scope);
    const canBe =
      how.budget.spend("operations", operations, node.span) &&
      how.budget.spend("text", length, node.span);
    if (!canBe) return { ...node, state: "poisoned" };
  }
  const result = interpolate(node.value, how.scope);
  if (!result.ok) {
    for (const problem of result.problems) how.diagnostics.push(finding(node, problem, how));
    return { ...node, state: "poisoned" };
  }
  const { kind, span } = node;
  return { kind, span, value: result.value, source: String(result.value), isMade: true };
}

function finding(node: ScalarNode, problem: Problem, how: Substitution): Diagnostic {
  const { code, message, help, unknown, start, end } = problem;
  const span = spanIn(node, start, end);
  if (unknown === "replica" || unknown === "nest") {
    const field = unknown === "replica" ? "replicas" : "nest";
    return diagnostic("SBX2313", span, `\`${unknown}\` has no value here`, {
      help: `it is the number of a copy: use it inside of a process or sandbox with \`${field}\``,
    });
  }
  const isCompared = unknown !== null && how.budget.mayCompare(0);
  const known = isCompared ? [...how.scope.keys(), ...how.later] : [];
  const label = isCompared && how.budget.mayCompare(known.length) ? didYouMean(unknown, known) : "";
  return diagnostic(code, span, message, { label, help });
}
