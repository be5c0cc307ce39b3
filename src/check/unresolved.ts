/** Fields and templates that there are not, where a process's command may have been meant. Pure. */

import type { Span } from "../base/span.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import { entriesOf, get, type Node } from "../spec/node.ts";

/** Findings that say so: an unknown field, an unknown template. */
const CODES: readonly string[] = ["SBX2001", "SBX2012", "SBX2119"];

const keyOf = ({ file, start }: Span) => `${start} ${file}`;

/** The spans of these findings, as `hasUnresolved` looks them up. */
export function unresolvedSpans(diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
  const unresolved = diagnostics.filter(({ code }) => CODES.includes(code));
  return new Set(unresolved.map(({ span }) => keyOf(span)));
}

/** Whether one of them is about a field of this node, or a template that it names. */
export function hasUnresolved(node: Node, unresolved: ReadonlySet<string>): boolean {
  if (unresolved.size === 0) return false;
  const use = get(node, "use");
  const uses = use?.kind === "list" ? use.items : use === null ? [] : [use];
  const spans = [...entriesOf(node).map(({ keySpan }) => keySpan), ...uses.map(({ span }) => span)];
  return spans.some((span) => unresolved.has(keyOf(span)));
}
