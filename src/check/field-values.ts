/** Reading the fields of `fields/`: one reader a kind. Findings go to `diagnostics`. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { FieldEntry, FieldKind, KindValues } from "../fields/kinds.ts";
import { type ProcessFieldValues, processFieldValues } from "../fields/process-fields.ts";
import { signalName } from "../ir/signals.ts";
import { get, integerOf, type Node } from "../spec/node.ts";
import type { Field } from "../spec/schema.ts";
import { durationOf, signalOf, umaskOf } from "./values.ts";

type Reader<Kind extends FieldKind> = (
  node: Node,
  entry: FieldEntry,
  diagnostics: Diagnostic[],
) => KindValues[Kind] | undefined;

/** Undefined: it says nothing, or something wrong, which has been reported. */
const READERS: { readonly [Kind in FieldKind]: Reader<Kind> } = {
  integer: (node) => integerOf(node) ?? undefined,
  octal: (node, _, diagnostics) => umaskOf(node, diagnostics) ?? undefined,
  flag: (node) =>
    node.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined,
  duration: (node, _, diagnostics) => durationOf(node, diagnostics) ?? undefined,
  signal: (node, _, diagnostics) => signalOf(node, diagnostics) ?? undefined,
  signals: signalsOf,
};

/** A process's own values, then what its sandbox says for its processes, then the defaults. */
export function fieldValues(
  process: Node | null,
  sandbox: Node,
  diagnostics: Diagnostic[],
): ProcessFieldValues {
  return processFieldValues((entry) => {
    const own = get(process, entry.name as Field);
    const around = entry.isInherited ? get(sandbox, entry.name as Field) : null;
    return (
      valueAt(own, entry, diagnostics) ?? valueAt(around, entry, diagnostics) ?? entry.fallback
    );
  });
}

function valueAt(
  node: Node | null,
  entry: FieldEntry,
  diagnostics: Diagnostic[],
): KindValues[FieldKind] | undefined {
  return node === null ? undefined : READERS[entry.kind](node, entry, diagnostics);
}

function signalsOf(
  node: Node,
  { name, except = [] }: FieldEntry,
  diagnostics: Diagnostic[],
): readonly number[] | undefined {
  if (node.kind !== "list") return undefined;
  const numbers = new Set<number>();
  for (const item of node.items) {
    const number = signalOf(item, diagnostics);
    if (number === null) continue;
    if (except.includes(signalName(number))) {
      const help = "remove it: the kernel lets nobody ignore or catch it";
      const message = `"${name}" cannot have ${signalName(number)}`;
      diagnostics.push(diagnostic("SBX2319", item.span, message, { help }));
    }
    numbers.add(number);
  }
  return [...numbers].toSorted((a, b) => a - b);
}
