/** A finding about a spec as data: what is wrong, where, why, and what to do. */

import { NO_SPAN, type Span } from "../base/span.ts";
import type { Code } from "./codes.ts";

export interface Diagnostic {
  readonly code: Code;
  readonly severity: "error" | "warning";
  /** The offending node; `NO_SPAN` where it has no source text. */
  readonly span: Span;
  /** What: one lowercase sentence without a full stop, readable without the frame. */
  readonly message: string;
  /** Printed behind the carets; may be empty. */
  readonly label: string;
  /** Other spans that explain it, each with its label; may be empty. */
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
    severity: pages()[code].severity,
    span: span ?? NO_SPAN,
    message: bounded(message),
    label: bounded(rest.label ?? ""),
    related: rest.related ?? [],
    notes: (rest.notes ?? []).map(bounded),
    help: bounded(rest.help ?? ""),
  };
}

/** Loaded where something is found: all that `explain` says is in them. */
function pages(): typeof import("./codes.ts").codes {
  return (require("./codes.ts") as typeof import("./codes.ts")).codes;
}

/** UTF-16 units of one text: a value that it quotes can have a megabyte, and be wrong a thousand times. */
const TEXT_LENGTH_MAX = 4_000;

function bounded(text: string): string {
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}

/** Codes about a node, however many users it has: reported once a span. */
const ONCE_PER_NODE: ReadonlySet<Code> = new Set(["SBX2001", "SBX2002", "SBX2103", "SBX2305"]);

/** Sorted by span, then code, the file `first` first; without duplicates. */
export function sorted(diagnostics: readonly Diagnostic[], first = ""): Diagnostic[] {
  const keys = new Set<string>();
  return diagnostics
    .toSorted(
      (a, b) =>
        fileOrder(a, b, first) ||
        a.span.start - b.span.start ||
        a.span.end - b.span.end ||
        a.code.localeCompare(b.code) ||
        // The more detailed one first: it is the one that stays.
        Number(a.label === "") - Number(b.label === ""),
    )
    .filter((each) => {
      const key = keyOf(each);
      return !keys.has(key) && keys.add(key);
    });
}

/** In order; one of those that copies share, with a note of how many more there are. */
export function dedupeCopies(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const groups = Map.groupBy(diagnostics, keyOf).values();
  return Array.from(groups, ([first, ...others]) => {
    if (others.length === 0) return first as Diagnostic;
    const { notes, ...rest } = first as Diagnostic;
    const more = others.length === 1 ? "one more copy" : `${others.length} more copies`;
    return { ...rest, notes: [...notes, `the same holds for ${more}`] };
  });
}

/** Equal for copies: their numbers are left out. */
function keyOf({ code, span, message }: Diagnostic): string {
  const what = ONCE_PER_NODE.has(code) ? "" : message.replace(/\.\d+/g, "");
  return `${code} ${span.file} ${span.start} ${what}`;
}

function fileOrder(a: Diagnostic, b: Diagnostic, first: string): number {
  if (a.span.file === b.span.file) return 0;
  if (a.span.file === first || b.span.file === first) return a.span.file === first ? -1 : 1;
  return a.span.file < b.span.file ? -1 : 1;
}
