/** From the nodes of one file to whole specs: files included, templates merged, values put in. */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Budget } from "./budget.ts";
import type { Value } from "./expression.ts";
import { includeAll, type Load } from "./include.ts";
import { casesThatMatter, matrixOf } from "./matrix.ts";
import { type Entry, entriesOf, entryOf, get, type MapNode, type Node } from "./node.ts";
import { COPY_NAMES, type Given, paramsOf, valuesOf } from "./params.ts";
import { substitute } from "./substitute.ts";
import { applyTemplates, type Templates } from "./templates.ts";
import { Scales } from "./weight.ts";

/** What a run brings to a spec. */
export interface CompileInputs {
  /** Values of parameters, as text. */
  readonly given: Given;
  /** SANDBOX_PARAM_… by parameter name in upper case; a name that fits no parameter is no mistake. */
  readonly environment: Given;
  readonly load: Load;
}

export interface Case {
  readonly root: MapNode;
  readonly values: ReadonlyMap<string, Value>;
  /** Whether no node holds an expression, not even one that is known later. */
  readonly isPlain: boolean;
}

export interface Expanded {
  /** The first is what a run takes. */
  readonly cases: readonly Case[];
  readonly templates: Templates;
  readonly sources: Map<string, string>;
}

/** Fields of the root that say how to make the rest, and are not themselves made. */
const NOT_MADE: ReadonlySet<string> = new Set(["params", "templates", "include", "matrix"]);

export function expand(
  source: { readonly file: string; readonly text: string },
  root: MapNode,
  around: CompileInputs,
  budget: Budget,
  diagnostics: Diagnostic[],
): Expanded {
  const { templates, sources } = includeAll(source, root, around.load, diagnostics);
  const merged =
    templates.size > 0 || (source.text.includes("use") && usesAny(root))
      ? applyTemplates(root, templates, budget, diagnostics)
      : root;
  const scales = new Scales(new Map());
  // Without templates and aliases each node is written out, and these have been counted.
  const isWritten = merged === root && !source.text.includes("*");
  if (!isWritten) budget.spend("walked", scales.of(merged).nodes, grownAt(merged, scales));
  if (budget.isSpent) return { cases: [], templates, sources };
  // Without `${` in any file there is nothing to put in, and no node to look at.
  const isPlain =
    entryOf(root, "params") === null &&
    entryOf(root, "matrix") === null &&
    ![...sources.values()].some((text) => text.includes("${"));
  if (isPlain && Object.keys(around.given).length === 0) {
    return { cases: [{ root: merged, values: new Map(), isPlain: true }], templates, sources };
  }
  const params = paramsOf(root, diagnostics);
  const names = entriesOf(get(root, "params")).map(({ key }) => key);
  const matrix = matrixOf(root, params, diagnostics);
  const given = { ...fromEnvironment(around.environment, params), ...around.given };
  const inMatrix = new Set(entriesOf(get(root, "matrix")).map(({ key }) => key));
  const open = new Map(matrix);
  for (const name of Object.keys(given)) open.delete(name);
  const used = new Set<string>();
  const size = params.length + scales.of(merged).nodes;
  const atMatrix = entryOf(root, "matrix")?.keySpan ?? root.span;
  const cases = [...casesThatMatter(open)].flatMap((chosen): Case[] => {
    if (!budget.spend("operations", size, atMatrix)) return [];
    const declared = params
      .map((param) => ({ ...param, fallback: chosen.get(param.name) ?? param.fallback }))
      // That the matrix has no value for it has been reported.
      .filter(
        ({ name, fallback }) =>
          fallback !== null || Object.hasOwn(given, name) || !inMatrix.has(name),
      );
    const values = valuesOf(declared, given, names, diagnostics);
    // What is wrong with these has been reported; their uses are no further mistakes.
    const missing = new Set(names.filter((name) => !values.has(name)));
    const how = {
      scope: values,
      later: COPY_NAMES,
      missing,
      budget,
      onlyDeferred: false,
      skip: NOT_MADE,
      diagnostics,
      used,
    };
    const made = substitute(merged, how);
    return [{ root: made.kind === "map" ? made : merged, values, isPlain: false }];
  });
  for (const { name, nameSpan } of params) {
    if (used.has(name)) continue;
    diagnostics.push(
      diagnostic("SBX2604", nameSpan, `parameter "${name}" is never used`, {
        help: `use it as \`\${${name}}\`, or remove it`,
      }),
    );
  }
  return { cases, templates, sources };
}

function fromEnvironment(environment: Given, params: readonly { name: string }[]): Given {
  const entries = params.flatMap(({ name }): [string, string][] => {
    const key = name.toUpperCase();
    const value = Object.hasOwn(environment, key) ? environment[key] : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** Where most of a tree hangs: the key of the innermost node that has more than half of all. */
function grownAt(root: MapNode, scales: Scales): Span {
  const half = scales.of(root).nodes / 2;
  let at: Span = root.span;
  let node: Node = root;
  for (;;) {
    const heavy: Entry | Node | undefined =
      node.kind === "map"
        ? node.entries.find(({ value }) => scales.of(value).nodes > half)
        : node.kind === "list"
          ? node.items.find((item) => scales.of(item).nodes > half)
          : undefined;
    if (heavy === undefined) return at;
    at = "key" in heavy ? heavy.keySpan : heavy.span;
    node = "key" in heavy ? heavy.value : heavy;
  }
}

/** Whether any node could name a template; then a wrong name must be found. */
function usesAny(root: MapNode): boolean {
  const pending: MapNode[] = [root];
  for (let map = pending.pop(); map !== undefined; map = pending.pop()) {
    for (const { key, value } of map.entries) {
      if (key === "use") return true;
      if (value.kind === "map" && !key.startsWith("x-")) pending.push(value);
    }
  }
  return false;
}
