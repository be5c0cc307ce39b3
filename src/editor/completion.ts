/** Completions at a cursor: fields, values, names, parameters. Pure. */

import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import { SIGNALS } from "../ir/signals.ts";
import { branchesOf, type SchemaPart } from "../spec/definitions.ts";
import { schemaAt } from "../spec/schema-at.ts";
import { type Cursor, cursorsAt } from "./cursor.ts";
import type { Definition, Symbols } from "./symbols.ts";

export interface Item {
  readonly label: string;
  readonly kind: "field" | "value" | "process" | "sandbox" | "template" | "param";
  readonly detail: string;
  /** The text to insert: the label, with a colon for a field. */
  readonly insert: string;
}

export interface Completions {
  readonly items: readonly Item[];
  /** Where the word begins that an item replaces; it ends at the cursor. */
  readonly from: number;
}

/** What opens an expression, up to the cursor. */
const EXPRESSION = /(?<!\$)\$\{[^}]*$/;

export function completionsAt(text: string, offset: number, symbols: Symbols): Completions {
  const line = text.slice(Math.max(0, offset - 200), offset);
  if (EXPRESSION.test(line)) {
    const word = /[A-Za-z0-9_]*$/.exec(line)?.[0] ?? "";
    return { items: params(symbols), from: offset - word.length };
  }
  const cursors = cursorsAt(text, offset);
  const items = cursors.flatMap((cursor) => itemsFor(cursor, symbols));
  const distinct = new Map(items.map((item) => [`${item.kind} ${item.label}`, item])).values();
  // A key that has its colon already gets no second one.
  const hasColon = /^[\w-]*[ \t]*:/.test(text.slice(offset, offset + 200));
  const before = cursors[0]?.before ?? "";
  return {
    items: Array.from(distinct, (item) =>
      hasColon ? { ...item, insert: item.insert.replace(/: $/, "") } : item,
    ),
    // A word with escapes is longer as it is written.
    from: text.slice(0, offset).endsWith(before) ? offset - before.length : offset,
  };
}

function params({ definitions }: Symbols): Item[] {
  const own = named(definitions, "param");
  const copies = ["replica", "nest"].map(
    (label): Item => ({ label, kind: "param", detail: "number of the copy", insert: label }),
  );
  return [...own, ...copies];
}

function named(
  definitions: readonly Definition[],
  ...kinds: readonly Definition["kind"][]
): Item[] {
  return definitions
    .filter(({ kind, path }) => kinds.includes(kind) && (kind !== "sandbox" || path !== ""))
    .map(({ kind, name, path }) => ({
      label: path || name,
      kind,
      detail: kind,
      insert: path || name,
    }));
}

function itemsFor(cursor: Cursor, symbols: Symbols): Item[] {
  const part = schemaAt(cursor.path);
  if (part === null) return [];
  const names = namesFor(cursor, symbols);
  if (cursor.isKey) return names.length > 0 ? names : fields(part, cursor);
  return [...names, ...values(part)];
}

function fields(part: SchemaPart, { siblings }: Cursor): Item[] {
  const map = branchesOf(part).find(({ type }) => type === "object");
  return Object.entries(map?.properties ?? {})
    .filter(([label]) => !siblings.includes(label))
    .map(([label, { description = "" }]) => ({
      label,
      kind: "field",
      detail: description,
      insert: `${label}: `,
    }));
}

function values(part: SchemaPart): Item[] {
  const whole = part.description ?? "";
  return branchesOf(part).flatMap((branch): Item[] => {
    const labels = branch.type === "boolean" ? ["true", "false"] : (branch.enum ?? []);
    return labels.map((label) => ({
      label,
      kind: "value",
      detail: branch.description ?? whole,
      insert: label,
    }));
  });
}

/** Names of this spec that the field takes; those in the cursor's sandbox are relative. */
function namesFor({ path, isKey }: Cursor, { definitions }: Symbols): Item[] {
  const keys = path.filter((key): key is string => typeof key === "string");
  const field = keys.at(-1) ?? "";
  const sandbox = sandboxPath(keys);
  if (field === "use") return named(definitions, "template");
  if (field === "depends_on") return near(named(definitions, "process", "sandbox"), sandbox);
  if (isKey && field === "pids") {
    return near(named(definitions, "sandbox"), sandbox).concat(fixed(["host"]));
  }
  if (field === "init") return local(definitions, sandbox).concat(fixed(["reaper"]));
  if (field === "until") return local(definitions, sandbox).concat(fixed(["all", "any"]));
  if (field === "signal") return fixed([...SIGNALS.keys()]);
  if (isKey && field === "namespaces") return fixed([...NAMESPACE_KINDS], ": ");
  return [];
}

function fixed(labels: readonly string[], after = ""): Item[] {
  return labels.map((label) => ({ label, kind: "value", detail: "", insert: label + after }));
}

/** The keys `sandboxes outer sandboxes inner processes web` give `outer/inner`. */
function sandboxPath(keys: readonly string[]): string {
  const names: string[] = [];
  for (let at = 0; keys[at] === "sandboxes" && keys[at + 1] !== undefined; at += 2) {
    names.push(keys[at + 1] ?? "");
  }
  return names.join("/");
}

function near(items: readonly Item[], sandbox: string): Item[] {
  const prefix = sandbox === "" ? "" : `${sandbox}/`;
  return items.map((item) => {
    if (prefix === "" || !item.label.startsWith(prefix)) return item;
    const label = item.label.slice(prefix.length);
    return { ...item, label, insert: label };
  });
}

function local(definitions: readonly Definition[], sandbox: string): Item[] {
  return near(named(definitions, "process"), sandbox).filter(({ label }) => !label.includes("/"));
}
