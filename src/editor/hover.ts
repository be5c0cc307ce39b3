/** Text for hovering over a spec: planned PIDs, parameters, fields. Pure. */

import type { Span } from "../base/span.ts";
import type { Plan, Slot } from "../plan/plan.ts";
import type { Node } from "../spec/node.ts";
import { schemaAt } from "../spec/schema-at.ts";
import type { Definition, Symbols } from "./symbols.ts";

/** How many copies of one process are listed. */
const COPIES_SHOWN = 12;

export interface HoverText {
  readonly span: Span;
  /** Markdown. */
  readonly text: string;
}

/** `plan` is null while the spec has errors. */
export function hoverAt(
  file: string,
  offset: number,
  root: Node | null,
  symbols: Symbols,
  plan: Plan | null,
): HoverText | null {
  const isHere = ({ span }: { span: Span }) =>
    span.file === file && span.start <= offset && offset <= span.end;
  const reference = symbols.references.find(isHere);
  const target = reference?.target ?? symbols.definitions.find(isHere);
  if (target !== undefined) {
    const span = reference?.span ?? target.span;
    return { span, text: definitionText(target, root, plan) };
  }
  const key = root === null ? null : keyAt(root, offset);
  const part = key === null ? null : schemaAt(key.path);
  if (key === null || part?.description === undefined) return null;
  const fallback = part.default === undefined ? "" : `\n\nDefault: \`${String(part.default)}\``;
  const [example] = part.examples ?? [];
  const shown = example === undefined ? "" : `\n\nExample: \`${JSON.stringify(example)}\``;
  return { span: key.span, text: `**${key.path.at(-1)}**: ${part.description}${fallback}${shown}` };
}

function definitionText(target: Definition, root: Node | null, plan: Plan | null): string {
  const title = `**${target.kind} ${target.path || target.name}**`;
  if (target.kind === "param") return `${title}\n\n${paramText(target, root)}`.trimEnd();
  if (target.kind === "template") return title;
  if (plan === null) return `${title}\n\nIts PIDs are planned once the spec has no errors.`;
  const slots = plan.slots.filter((slot) =>
    target.kind === "process"
      ? isAt(slot.span, target.span)
      : slot.kind === "init" && isAt(plan.sandboxes[slot.sandbox]?.span, target.span),
  );
  return slots.length === 0 ? title : `${title}\n\n${pidTable(slots)}`;
}

function isAt(span: Span | undefined, other: Span): boolean {
  return span?.file === other.file && span.start <= other.start && other.end <= span.end;
}

/** A row for each copy, a column for each level from 1 on. */
function pidTable(slots: readonly Slot[]): string {
  const shown = slots.slice(0, COPIES_SHOWN);
  const deepest = shown.reduce((most, { level }) => Math.max(most, level), 0);
  const levels = Array.from({ length: deepest }, (_, index) => index + 1);
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const lines = [
    row(["planned PIDs", ...levels.map((level) => `L${level}`)]),
    row(["---", ...levels.map(() => "--:")]),
    ...shown.map(({ path, pids }) => row([path, ...levels.map((level) => pids[level] ?? "·")])),
  ];
  const more = slots.length - shown.length;
  return more > 0 ? `${lines.join("\n")}\n\nand ${more} more` : lines.join("\n");
}

function paramText({ name }: Definition, root: Node | null): string {
  const params = root?.kind === "map" ? root.entries.find(({ key }) => key === "params") : null;
  const own =
    params?.value.kind === "map" ? params.value.entries.find(({ key }) => key === name) : null;
  if (own?.value.kind !== "map") return "";
  return own.value.entries
    .filter(({ value }) => value.kind === "scalar")
    .map(({ key, value }) => `${key}: \`${value.kind === "scalar" ? String(value.value) : ""}\``)
    .join("  \n");
}

/** The key at `offset` and the path of its value. */
function keyAt(root: Node, offset: number): { path: (string | number)[]; span: Span } | null {
  const pending: { node: Node; path: (string | number)[] }[] = [{ node: root, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, path } = next;
    if (node.kind === "list") {
      node.items.forEach((item, index) => {
        pending.push({ node: item, path: [...path, index] });
      });
    }
    if (node.kind !== "map") continue;
    for (const { key, keySpan, value } of node.entries) {
      if (keySpan.start <= offset && offset <= keySpan.end) {
        return { path: [...path, key], span: keySpan };
      }
      if (value.span.start <= offset && offset <= value.span.end) {
        pending.push({ node: value, path: [...path, key] });
      }
    }
  }
  return null;
}
