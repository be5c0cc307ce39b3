/** The type-checker: from a spec's text to its IR, or to everything that is wrong with it. Pure. */

import { type Diagnostic, diagnostic, sorted } from "../diag/diagnostic.ts";
import { SHOWN_COUNT_MAX } from "../diag/shown.ts";
import type { Sandbox } from "../ir/sandbox.ts";
import { Budget } from "../spec/budget.ts";
import { applyCorrections, noCorrections } from "../spec/correction.ts";
import { type Case, type CompileInputs, expand } from "../spec/expand.ts";
import type { Value } from "../spec/expression.ts";
import { includeAll } from "../spec/include.ts";
import { entryOf, type Node } from "../spec/node.ts";
import { readSpec } from "../spec/read.ts";
import { checkShape } from "../spec/shape.ts";
import type { Template, Templates } from "../spec/templates.ts";
import { applyTemplates } from "../spec/templates.ts";
import type { Reading } from "../spec/whole-yaml.ts";
import { draftOf, type SandboxDraft } from "./draft.ts";
import { resolveProcesses } from "./resolve.ts";
import { checkRules } from "./rules.ts";
import { sandboxOf } from "./sandbox-ir.ts";
import { Tree } from "./tree.ts";

export interface Source {
  /** As findings shall name it. */
  readonly file: string;
  readonly text: string;
}

export interface Checked {
  /** Ordered by place, the spec's own file first. */
  readonly diagnostics: readonly Diagnostic[];
  /** Null exactly if there is an error; and of a file of templates. */
  readonly ir: Sandbox | null;
  /** Text of every file that was read, by its name in findings. */
  readonly sources: ReadonlyMap<string, string>;
  /** The values that the spec's parameters have. */
  readonly params?: Readonly<Record<string, Value>>;
}

const NOTHING_AROUND: CompileInputs = { given: {}, environment: {}, load: () => null };

/** Findings that make everything after them unsure: nothing is where it seems to be. */
const FATAL: ReadonlySet<string> = new Set(["SBX1004", "SBX1009", "SBX2120", "SBX2123", "SBX2310"]);

/** A spec, or a file of templates that specs include. */
export function checkFile(source: Source, around: Partial<CompileInputs> = {}): Checked {
  const reading = readSpec(source.file, source.text);
  const { root } = reading;
  if (root?.kind !== "map" || !isLibrary(root)) return checkRead(source, reading, around);
  const diagnostics = [...reading.diagnostics, ...checkShape(root, "Library")];
  const load = around.load ?? NOTHING_AROUND.load;
  const { templates, sources } = includeAll(source, root, load, diagnostics);
  applyTemplates(root, templates, new Budget(diagnostics), diagnostics);
  return { diagnostics: sorted(diagnostics, source.file), ir: null, sources };
}

/** Whether a file without a name says nothing of processes of its own. */
function isLibrary(root: Node): boolean {
  const has = (key: string) => entryOf(root, key) !== null;
  return ["templates", "include"].some(has) && !["sandbox", "processes", "sandboxes"].some(has);
}

export function checkSpec(source: Source, around: Partial<CompileInputs> = {}): Checked {
  return checkRead(source, readSpec(source.file, source.text), around);
}

/** To read a large spec takes longer than all else, so it is done once. */
function checkRead(
  source: Source,
  { root, diagnostics: ofSyntax }: Reading,
  around: Partial<CompileInputs>,
): Checked {
  const diagnostics: Diagnostic[] = [...ofSyntax];
  const own = new Map([[source.file, source.text]]);
  if (entryOf(root, "sandbox") === null) {
    const foreign = foreignFiles().foreignFile(source.file, source.text, root);
    if (foreign !== null) return { diagnostics: [foreign], ir: null, sources: own };
  }
  const isFatal = () => diagnostics.some(({ code }) => FATAL.has(code));
  if (root?.kind !== "map" || isFatal()) {
    if (root !== null && !isFatal()) diagnostics.push(...checkShape(root));
    return { diagnostics: sorted(diagnostics, source.file), ir: null, sources: own };
  }
  const budget = new Budget(diagnostics);
  const expanded = expand(source, root, { ...NOTHING_AROUND, ...around }, budget, diagnostics);
  const { templates, sources } = expanded;
  if (isFatal()) return { diagnostics: sorted(diagnostics, source.file), ir: null, sources };
  let draft: SandboxDraft | null = null;
  for (const each of expanded.cases) {
    const made = checkCase(each, budget, diagnostics);
    draft ??= made;
    // What comes after too much would be about what is no more there.
    if (isFatal()) return { diagnostics: sorted(diagnostics, source.file), ir: null, sources };
  }
  diagnostics.push(...unusedTemplates(source.file, templates));
  const ordered = sorted(withoutEffects(diagnostics), source.file);
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  return {
    // Findings beyond those that are shown need no note about their template.
    diagnostics:
      ordered.length > SHOWN_COUNT_MAX ? ordered : ordered.map((each) => withUse(each, templates)),
    ir: hasError || draft === null ? null : sandboxOf(draft),
    sources,
    params: Object.fromEntries(expanded.cases[0]?.values ?? []),
  };
}

/** Loaded where it is needed: a spec with a name is none of these. */
function foreignFiles(): typeof import("../spec/foreign-files.ts") {
  return require("../spec/foreign-files.ts");
}

function checkCase(
  { root, values, isPlain }: Case,
  budget: Budget,
  diagnostics: Diagnostic[],
): SandboxDraft | null {
  budget.renew("text", "nodes", "edges");
  const corrections = noCorrections();
  diagnostics.push(...checkShape(root, "Spec", corrections));
  const meant = applyCorrections(root, corrections);
  const draft = draftOf(meant.kind === "map" ? meant : root, values, isPlain, budget, diagnostics);
  if (!budget.isSpent) resolveProcesses(draft, budget, diagnostics);
  if (budget.isSpent) return null;
  checkRules(new Tree(draft), diagnostics);
  return draft;
}

/** Which template is meant cannot be known while a file, or the right name, is missing. */
function withoutEffects(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const has = (...codes: string[]) => diagnostics.some(({ code }) => codes.includes(code));
  const effects = [
    ...(has("SBX2116", "SBX2117", "SBX2126", "SBX1006") ? ["SBX2119"] : []),
    ...(has("SBX2116", "SBX2117", "SBX2119", "SBX2126", "SBX1006") ? ["SBX2603"] : []),
  ];
  // What is indented by a no-break space is not in the map that it seems to be in.
  const isMoved = has("SBX1008");
  return effects.length === 0 && !isMoved
    ? diagnostics
    : diagnostics.filter(
        ({ code, message }) =>
          !effects.includes(code) &&
          !(isMoved && (code === "SBX2003" || / is nothing, not /.test(message))),
      );
}

/** Those of included files are for others too. */
function unusedTemplates(file: string, templates: Templates): Diagnostic[] {
  return [...templates.values()]
    .filter(({ uses, nameSpan }) => uses.length === 0 && nameSpan.file === file)
    .map(({ name, nameSpan }) =>
      diagnostic("SBX2603", nameSpan, `template "${name}" is never used`, {
        help: `name it with \`use: ${name}\`, or remove it`,
      }),
    );
}

/** A finding inside of a template also says where that one is used. */
function withUse(finding: Diagnostic, templates: Templates): Diagnostic {
  if (templates.size === 0) return finding;
  const around = [...templates.values()].find((template) => holds(template, finding));
  const [first, ...others] = around?.uses ?? [];
  if (around === undefined || first === undefined) return finding;
  const more = others.length === 0 ? "" : `, and in ${others.length} more places`;
  const label = `template "${around.name}" is used here${more}`;
  return { ...finding, related: [...finding.related, { span: first, label }] };
}

function holds({ body }: Template, { span }: Diagnostic): boolean {
  const { file, start, end } = body.span;
  return span.file === file && span.start >= start && span.end <= end;
}
