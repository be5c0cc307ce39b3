/** The names that a spec defines, and where each is used. Pure. */

import type { Span } from "../base/span.ts";
import { entriesOf, get, type MapNode, type Node, textOf } from "../spec/node.ts";
import { readSpec } from "../spec/read.ts";
import type { Field } from "../spec/schema.ts";

export type SymbolKind = "process" | "sandbox" | "template" | "param";

export interface Definition {
  readonly kind: SymbolKind;
  readonly name: string;
  /** Path of a process or sandbox as written, without numbers of copies. */
  readonly path: string;
  /** The name, without quotes. */
  readonly span: Span;
}

export interface Reference {
  readonly target: Definition;
  readonly span: Span;
}

export interface Symbols {
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
}

interface SandboxSymbols {
  readonly definition: Definition;
  readonly parent: SandboxSymbols | null;
  readonly processes: Map<string, Definition>;
  readonly sandboxes: Map<string, SandboxSymbols>;
  readonly node: MapNode;
}

/** `sources` begins with the spec's own text; the files that it includes follow. */
export function symbolsOf(sources: ReadonlyMap<string, string>): Symbols {
  return new Finder(sources).symbols();
}

class Finder {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #definitions: Definition[] = [];
  readonly #references: Reference[] = [];
  readonly #templates = new Map<string, Definition>();
  readonly #params = new Map<string, Definition>();

  constructor(sources: ReadonlyMap<string, string>) {
    this.#sources = sources;
  }

  symbols(): Symbols {
    const roots = [...this.#sources].flatMap(([file, text]): MapNode[] => {
      const { root } = readSpec(file, text);
      return root?.kind === "map" ? [root] : [];
    });
    for (const root of roots) {
      this.#declare(root, "templates", "template", this.#templates);
      this.#declare(root, "params", "param", this.#params);
    }
    const [spec] = roots;
    const sandboxes = spec === undefined ? [] : this.#sandboxesOf(spec);
    for (const sandbox of sandboxes) this.#fieldsOf(sandbox);
    for (const root of roots) {
      this.#expressions(root);
      this.#uses(root);
    }
    return { definitions: this.#definitions, references: this.#references };
  }

  #define(kind: SymbolKind, name: string, path: string, span: Span): Definition {
    // Quotes are not part of a name.
    const inner = this.#source(span).startsWith(name)
      ? span
      : { ...span, start: span.start + 1, end: span.start + 1 + name.length };
    const definition = { kind, name, path, span: inner };
    this.#definitions.push(definition);
    return definition;
  }

  #source({ file, start, end }: Span): string {
    return this.#sources.get(file)?.slice(start, end) ?? "";
  }

  #declare(root: Node, key: Field, kind: SymbolKind, into: Map<string, Definition>): void {
    for (const { key: name, keySpan } of entriesOf(get(root, key))) {
      if (!into.has(name)) into.set(name, this.#define(kind, name, name, keySpan));
    }
  }

  #sandboxesOf(root: MapNode): SandboxSymbols[] {
    const name = get(root, "sandbox");
    const definition = this.#define("sandbox", textOf(name) ?? "", "", name?.span ?? root.span);
    const top: SandboxSymbols = {
      definition,
      parent: null,
      processes: new Map(),
      sandboxes: new Map(),
      node: root,
    };
    const all = [top];
    for (const sandbox of all) {
      const pathOf = (own: string) =>
        sandbox.definition.path === "" ? own : `${sandbox.definition.path}/${own}`;
      for (const { key, keySpan } of entriesOf(get(sandbox.node, "processes"))) {
        sandbox.processes.set(key, this.#define("process", key, pathOf(key), keySpan));
      }
      for (const { key, keySpan, value } of entriesOf(get(sandbox.node, "sandboxes"))) {
        if (value.kind !== "map") continue;
        const nested: SandboxSymbols = {
          definition: this.#define("sandbox", key, pathOf(key), keySpan),
          parent: sandbox,
          processes: new Map(),
          sandboxes: new Map(),
          node: value,
        };
        sandbox.sandboxes.set(key, nested);
        all.push(nested);
      }
    }
    return all;
  }

  #fieldsOf(sandbox: SandboxSymbols): void {
    for (const field of ["init", "until"] as const) this.#path(get(sandbox.node, field), [sandbox]);
    for (const { value } of entriesOf(get(sandbox.node, "processes"))) {
      const around = outwards(sandbox);
      const dependencies = get(value, "depends_on");
      if (dependencies?.kind === "map") {
        for (const { key, keySpan } of entriesOf(dependencies)) this.#name(key, keySpan, around);
      } else if (dependencies?.kind === "list") {
        for (const item of dependencies.items) this.#path(item, around);
      } else this.#path(dependencies, around);
      for (const pids of [get(value, "pids"), get(get(value, "expect"), "pids")]) {
        for (const { key, keySpan } of entriesOf(pids)) this.#owner(key, keySpan, around);
      }
    }
  }

  #path(node: Node | null, around: readonly SandboxSymbols[]): void {
    const text = textOf(node);
    if (node !== null && text !== null) this.#name(text, node.span, around);
  }

  /** Looks a name or path up from the first of `around`; each of its parts is a reference. */
  #name(name: string, span: Span, around: readonly SandboxSymbols[]): void {
    const parts = name.split("/");
    for (const sandbox of around) {
      const targets = partsIn(sandbox, parts);
      if (targets === null) continue;
      let at = span.start + this.#source(span).indexOf(name);
      targets.forEach((target, index) => {
        const part = parts[index] ?? "";
        const bare = withoutNumber(part);
        if (target !== null) {
          const end = at + bare.length;
          this.#references.push({ target, span: { ...span, start: at, end } });
        }
        at += part.length + 1;
      });
      return;
    }
  }

  /** Looks up the sandbox around that owns a PID namespace, by name or path. */
  #owner(name: string, span: Span, around: readonly SandboxSymbols[]): void {
    for (const { definition } of around) {
      if (definition.name !== name && definition.path !== name) continue;
      const at = span.start + this.#source(span).lastIndexOf(definition.name);
      const end = at + definition.name.length;
      this.#references.push({ target: definition, span: { ...span, start: at, end } });
      return;
    }
  }

  #uses(node: Node): void {
    if (node.kind === "list") for (const item of node.items) this.#uses(item);
    if (node.kind !== "map") return;
    for (const { key, value } of node.entries) {
      if (key !== "use") {
        this.#uses(value);
        continue;
      }
      for (const item of value.kind === "list" ? value.items : [value]) {
        const name = textOf(item) ?? "";
        const target = this.#templates.get(name);
        if (target === undefined) continue;
        const start = item.span.start + this.#source(item.span).indexOf(name);
        this.#references.push({ target, span: { ...item.span, start, end: start + name.length } });
      }
    }
  }

  /** Reads the source text, where `$${` is a literal. */
  #expressions(root: MapNode): void {
    const pending: Node[] = [root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.kind === "map") pending.push(...node.entries.map(({ value }) => value));
      else if (node.kind === "list") pending.push(...node.items);
      else if (typeof node.value === "string" && node.value.includes("${")) this.#inText(node.span);
    }
  }

  #inText(span: Span): void {
    for (const { 0: whole, 1: body = "", index } of this.#source(span).matchAll(
      /(?<!\$)\$\{([^}]*)\}?/g,
    )) {
      const from = span.start + index + whole.indexOf(body, 2);
      for (const { 0: name, index: at } of body.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)) {
        const target = this.#params.get(name);
        if (target === undefined) continue;
        const start = from + at;
        this.#references.push({ target, span: { ...span, start, end: start + name.length } });
      }
    }
  }
}

function outwards(sandbox: SandboxSymbols): SandboxSymbols[] {
  const all: SandboxSymbols[] = [];
  for (let at: SandboxSymbols | null = sandbox; at !== null; at = at.parent) all.push(at);
  return all;
}

/** `worker.2` is a copy of `worker`, `doll.1.2` one of `doll`. */
function withoutNumber(part: string): string {
  return part.replace(/(\.\d+)+$/, "");
}

/** What each part of a path names in `sandbox`; null where one names nothing. */
function partsIn(sandbox: SandboxSymbols, parts: readonly string[]): (Definition | null)[] | null {
  const targets: (Definition | null)[] = [];
  let at: SandboxSymbols | undefined = sandbox;
  for (const [index, part] of parts.entries()) {
    const name = withoutNumber(part);
    const isLast = index === parts.length - 1;
    if (isLast && name === "init" && at !== undefined) return [...targets, null];
    const process: Definition | undefined = isLast ? at?.processes.get(name) : undefined;
    const nested: SandboxSymbols | undefined = at?.sandboxes.get(name);
    // `nest` makes copies inside each other of a sandbox that is written once.
    const isCopy = at !== undefined && at.definition.name === name && at.parent !== null;
    const target: Definition | undefined =
      process ?? nested?.definition ?? (isCopy ? at?.definition : undefined);
    if (target === undefined) return null;
    targets.push(target);
    if (nested !== undefined) at = nested;
  }
  return targets;
}
