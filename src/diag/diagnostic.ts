/** One finding, as data: what is wrong, where, why it matters, what to do. */

import { NO_SPAN, type Span } from "../base/span.ts";
import { type Code, codes } from "./codes.ts";

export interface Diagnostic {
  readonly code: Code;
  readonly severity: "error" | "warning";
  /** The offending node itself; `NO_SPAN` where no source asked for it. */
  readonly span: Span;
  /** What: one lowercase sentence without a full stop, readable without the frame. */
  readonly message: string;
  /** Stands under the frame, behind the carets; may be empty. */
  readonly label: string;
  /** Other places that belong to it, with what each is; may be empty. */
  readonly related: readonly { readonly span: Span; readonly label: string }[];
  /** Why; may be empty. */
  readonly notes: readonly string[];
  /** What to do, in the imperative; may be empty. */
  readonly help: string;
}

export function diagnostic(
  code: Code,
  span: Span | null,
  message: string,
  rest: Partial<Pick<Diagnostic, "label" | "related" | "notes" | "help">> = {},
): Diagnostic {
  return {
    code,
    severity: codes[code].severity,
    span: span ?? NO_SPAN,
    message: bounded(message),
    label: bounded(rest.label ?? ""),
    related: rest.related ?? [],
    notes: (rest.notes ?? []).map(bounded),
    help: bounded(rest.help ?? ""),
  };
}

/** UTF-16 units of one text: a value that it quotes can have a megabyte, and be wrong a thousand times. */
const TEXT_LENGTH_MAX = 4_000;

function bounded(text: string): string {
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}

/** What is told of a node, whoever comes to use it: at one place once. */
const OF_THE_NODE: ReadonlySet<Code> = new Set(["SBX2001", "SBX2002", "SBX2103", "SBX2305"]);

/** By place, then code, `first`'s before other files'; the same finding at the same place once. */
export function sorted(diagnostics: readonly Diagnostic[], first = ""): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .toSorted(
      (a, b) =>
        fileOrder(a, b, first) ||
        a.span.start - b.span.start ||
        a.span.end - b.span.end ||
        a.code.localeCompare(b.code) ||
        // The one that says more.
        Number(a.label === "") - Number(b.label === ""),
    )
    .filter((found) => {
      const key = keyOf(found);
      return !seen.has(key) && seen.add(key);
    });
}

/** In their order; what copies have in common once, with how many more there are. */
export function folded(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const groups = Map.groupBy(diagnostics, keyOf).values();
  return Array.from(groups, ([first, ...others]) => {
    if (others.length === 0) return first as Diagnostic;
    const { notes, ...rest } = first as Diagnostic;
    const more = others.length === 1 ? "one more copy" : `${others.length} more copies`;
    return { ...rest, notes: [...notes, `the same of ${more}`] };
  });
}

/** Copies make the same mistake: their numbers do not make it another one. */
function keyOf({ code, span, message }: Diagnostic): string {
  const what = OF_THE_NODE.has(code) ? "" : message.replace(/\.\d+/g, "");
  return `${code} ${span.file} ${span.start} ${what}`;
}

function fileOrder(a: Diagnostic, b: Diagnostic, first: string): number {
  if (a.span.file === b.span.file) return 0;
  if (a.span.file === first || b.span.file === first) return a.span.file === first ? -1 : 1;
  return a.span.file < b.span.file ? -1 : 1;
}
