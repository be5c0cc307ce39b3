/** Fields and templates that there are not, where a process's command may have been meant. Pure. */

import type { Span } from "../base/span.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import { entriesOf, get, type Node } from "../spec/node.ts";

/** Where findings so far say so. */
export function lostPlaces(diagnostics: Diagnostic[]): ReadonlySet<string> {
  const codes: readonly string[] = ["SBX2001", "SBX2119"];
  return new Set(
    diagnostics.filter(({ code }) => codes.includes(code)).map(({ span }) => placeOf(span)),
  );
}

const placeOf = ({ file, start }: Span) => `${start} ${file}`;

export function hasLost(node: Node, lost: ReadonlySet<string>): boolean {
  if (lost.size === 0) return false;
  const use = get(node, "use");
  const uses = use?.kind === "list" ? use.items : use === null ? [] : [use];
  const spans = [...entriesOf(node).map(({ keySpan }) => keySpan), ...uses.map(({ span }) => span)];
  return spans.some((span) => lost.has(placeOf(span)));
}
