/** `matrix`: the cases of a spec, one for each combination of values. Pure. */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Value } from "./expression.ts";
import { entriesOf, get, type Node } from "./node.ts";
import { type Param, unfit } from "./params.ts";
import { didYouMean } from "./suggest.ts";

export const CASE_COUNT_MAX = 10_000;

/** Values by parameter, in source order; empty without a matrix. */
export type Matrix = ReadonlyMap<string, readonly Value[]>;

export function matrixOf(root: Node, params: readonly Param[], diagnostics: Diagnostic[]): Matrix {
  const matrix = new Map<string, readonly Value[]>();
  let count = 1;
  for (const { key, keySpan, value } of entriesOf(get(root, "matrix"))) {
    if (value.kind !== "list") continue;
    const param = params.find(({ name }) => name === key);
    if (param === undefined) {
      const names = params.map(({ name }) => name);
      diagnostics.push(
        diagnostic("SBX2122", keySpan, `the spec has no parameter "${key}"`, {
          label: didYouMean(key, names),
          help: "declare it under `params`",
        }),
      );
      continue;
    }
    if (value.items.length === 0) {
      diagnostics.push(
        diagnostic("SBX2124", value.span, `the matrix has no value for "${key}"`, {
          help: "name at least one, or remove it",
        }),
      );
      continue;
    }
    count *= value.items.length;
    matrix.set(key, valuesOf(value.items, param, diagnostics));
  }
  if (count > CASE_COUNT_MAX) {
    const span = get(root, "matrix")?.span ?? root.span;
    diagnostics.push(
      diagnostic("SBX2123", span, `the matrix makes ${count} cases`, {
        help: `use fewer values: at most ${CASE_COUNT_MAX} cases`,
      }),
    );
  }
  return matrix;
}

function valuesOf(items: readonly Node[], param: Param, diagnostics: Diagnostic[]): Value[] {
  const spansByValue = new Map<Value, Span>();
  return items.flatMap((item) => {
    if (item.kind !== "scalar" || item.value === null) return [];
    const other = spansByValue.get(item.value);
    spansByValue.set(item.value, other ?? item.span);
    if (other !== undefined) {
      diagnostics.push(
        diagnostic("SBX2613", item.span, `the matrix has this value of "${param.name}" twice`, {
          related: [{ span: other, label: "the first time" }],
          help: "remove one of the two: both make the same case",
        }),
      );
      return [];
    }
    const why = unfit(param, item);
    if (why === null) return [item.value];
    diagnostics.push(
      diagnostic("SBX2125", item.span, `a value of parameter "${param.name}" ${why}`, {
        help: "correct it, or the declaration of the parameter",
      }),
    );
    return [];
  });
}

/**
 * Cases that have each value of each parameter at least once: the first one, and from it one
 * parameter changed at a time. What is wrong with a value is found without every combination.
 */
export function* casesThatMatter(matrix: Matrix): Generator<ReadonlyMap<string, Value>> {
  const first = new Map<string, Value>();
  for (const [name, [value]] of matrix) if (value !== undefined) first.set(name, value);
  yield first;
  for (const [name, [, ...others]] of matrix) {
    for (const value of others) yield new Map(first).set(name, value);
  }
}
