/** Any YAML to positioned nodes, by the `yaml` package, with every mistake of the YAML itself. Pure. */

import * as YAML from "yaml";
import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { WALKED_NODE_COUNT_MAX, WRITTEN_NODE_COUNT_MAX } from "./bounds.ts";
import { type Entry, isOpen, type MapNode, type Node } from "./node.ts";
import { syntaxFindings } from "./syntax.ts";

/** Keys of a map that are compared one by one. */
const FEW_KEYS = 12;

const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

export interface Reading {
  readonly root: Node | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `strange` are findings about its characters: with these there is no root. Null: it holds more than
 * WRITTEN_NODE_COUNT_MAX values.
 */
export function readWhole(
  file: string,
  text: string,
  strange: readonly Diagnostic[],
): Reading | null {
  const start: Span = { file, start: 0, end: Math.min(text.length, 1) };
  const documents = documentsOf(text);
  if (documents === null) return null;
  const first = documents[0];
  if (first === undefined) {
    return failed(diagnostic("SBX1007", start, "the file is empty", { help: STARTER }));
  }
  const builder = new Builder(file, text);
  builder.diagnostics.push(...strange, ...syntaxFindings(file, text, first));
  const isWhole = builder.diagnostics.length === 0;
  const second = documents[1];
  if (second !== undefined) {
    const at = second.range[0];
    const isEmpty = documents.slice(1).every(isNothing);
    const message = isEmpty
      ? "a second document begins here, with nothing in it"
      : "a second document begins here";
    builder.add("SBX1003", { file, start: at, end: at + (isEmpty ? 3 : 1) }, message, {
      help: isEmpty ? "remove the line" : "put each sandbox into a file of its own",
    });
  }
  if (!isWhole) return { root: null, diagnostics: builder.diagnostics };
  if (first.contents === null || isNothing(first)) {
    return failed(diagnostic("SBX1007", start, "the file is empty", { help: STARTER }));
  }
  const root = builder.build(first.contents);
  return { root, diagnostics: builder.diagnostics };
}

const OPTIONS = {
  uniqueKeys: false,
  prettyErrors: false,
  stringKeys: true,
  // Also where a `%YAML 1.1` asks for another one.
  schema: "core",
} as const;

/** What lexemes of values begin with: the lexer puts U+001F before each plain scalar. */
const VALUE_SIGNS: ReadonlySet<string> = new Set(["\u001f", '"', "'", "[", "{", "*"]);
const SEPARATORS: ReadonlySet<string> = new Set(["-", ",", ":", "?"]);

/** Null: it holds too many values, which is seen before the parser has made the rest of them. */
function documentsOf(text: string): YAML.Document.Parsed[] | null {
  const parser = new YAML.Parser();
  let count = 0;
  // Between them may stand nothing at all, which is a value too.
  let separators = 0;
  const isTooMuch = () => Math.max(count, separators) > WRITTEN_NODE_COUNT_MAX;
  function* tokens(): Generator<YAML.CST.Token> {
    for (const lexeme of new YAML.Lexer().lex(text)) {
      const first = lexeme[0] ?? "";
      if (VALUE_SIGNS.has(first)) count++;
      else if (lexeme.length === 1 && SEPARATORS.has(first)) separators++;
      else {
        yield* parser.next(lexeme);
        continue;
      }
      if (isTooMuch()) return;
      yield* parser.next(lexeme);
    }
    yield* parser.end();
  }
  const documents = [...new YAML.Composer(OPTIONS).compose(tokens())];
  return isTooMuch() ? null : documents;
}

const STARTER = "begin with `sandbox: NAME` and a map of `processes`";

/** Whether a document has no text but its marks and comments. */
function isNothing({ contents }: YAML.Document.Parsed): boolean {
  return (
    contents === null || (YAML.isScalar(contents) && contents.value === null && !contents.source)
  );
}

function failed(finding: Diagnostic): Reading {
  return { root: null, diagnostics: [finding] };
}

class Builder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  readonly #text: string;
  /** What each anchor names at this point of the text; the library looks through all for each alias. */
  readonly #anchors = new Map<string, YAML.Node>();
  readonly #open = new Set<YAML.Node>();
  readonly #built = new Map<YAML.Node, { node: Node; count: number }>();
  #count = 0;
  #isSpent = false;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  add(
    code: "SBX1001" | "SBX1002" | "SBX1003" | "SBX1004" | "SBX1009",
    span: Span,
    message: string,
    rest = {},
  ) {
    this.diagnostics.push(diagnostic(code, span, message, rest));
  }

  build(node: YAML.Node | null): Node {
    if (YAML.isAlias(node)) return this.#alias(node);
    const known = node === null || this.#built.size === 0 ? undefined : this.#built.get(node);
    if (known !== undefined) {
      this.#count += known.count;
      return known.node;
    }
    const before = this.#count++;
    if (node?.anchor) this.#anchors.set(node.anchor, node);
    if (node === null) return this.#scalar(null);
    if (node.tag !== undefined && !CORE_TAG.test(node.tag)) this.#strangeTag(node);
    // Only what has an anchor can be reached from inside of itself.
    if (node.anchor) this.#open.add(node);
    const made = YAML.isMap(node)
      ? this.#map(node)
      : YAML.isSeq(node)
        ? this.#list(node)
        : this.#scalar(YAML.isScalar(node) ? node : null);
    if (node.anchor) {
      this.#open.delete(node);
      this.#built.set(node, { node: made, count: this.#count - before });
    }
    return made;
  }

  #strangeTag(node: YAML.Node): void {
    this.add("SBX1001", this.#span(node), `tag \`${node.tag}\` is not of YAML's core schema`, {
      help: "remove the tag",
    });
  }

  #alias(alias: YAML.Alias): Node {
    const target = this.#anchors.get(alias.source);
    const span = this.#span(alias);
    if (target === undefined || this.#open.has(target)) {
      const why = target === undefined ? "no anchor before it" : "itself inside of what it names";
      this.add("SBX1009", span, `alias \`*${alias.source}\` has ${why}`, {
        help: "define the anchor with `&` before the alias, outside of it",
      });
      return { kind: "scalar", span, value: null, source: "", state: "poisoned" };
    }
    if (this.#isSpent) return { kind: "scalar", span, value: null, source: "", state: "poisoned" };
    const made = this.build(target);
    if (this.#count > WALKED_NODE_COUNT_MAX) {
      this.#isSpent = true;
      this.add("SBX1004", span, `aliases expand to more than ${WALKED_NODE_COUNT_MAX} nodes`, {
        help: "do not let aliased collections hold aliases of others, level after level",
      });
    }
    return made;
  }

  #map(map: YAML.YAMLMap): MapNode {
    const entries: Entry[] = [];
    // A map of many keys is searched by name; a few are looked through as fast.
    let names: Set<string> | null = null;
    const has = (key: string) =>
      names === null ? entries.some((entry) => entry.key === key) : names.has(key);
    const add = (entry: Entry) => {
      entries.push(entry);
      if (names !== null) names.add(entry.key);
      else if (entries.length > FEW_KEYS) names = new Set(entries.map(({ key }) => key));
    };
    const spanOf = (key: string) => entries.find((entry) => entry.key === key)?.keySpan ?? null;
    let merged: Node[] | null = null;
    for (const pair of map.items) {
      const keyNode = pair.key as YAML.Node | null;
      if (YAML.isScalar(keyNode) && keyNode.anchor) this.#anchors.set(keyNode.anchor, keyNode);
      const key = YAML.isScalar(keyNode) ? String(keyNode.source ?? keyNode.value ?? "") : "";
      const keySpan = this.#span(keyNode);
      const value = this.build(pair.value as YAML.Node | null);
      if (key === "<<") {
        merged ??= [];
        merged.push(...(value.kind === "list" ? value.items : [value]));
      } else if (has(key)) {
        this.add("SBX1002", keySpan, `key "${key}" is already in this map`, {
          label: "second one",
          related: [{ span: spanOf(key) ?? keySpan, label: "first one" }],
          help: "rename or remove one of the two",
        });
      } else {
        const at = value.span.end === 0 ? { ...value, span: keySpan } : value;
        add({ key, keySpan, value: at });
      }
    }
    for (const other of merged ?? []) {
      if (isOpen(other) || this.#isSpent) continue;
      if (other.kind !== "map") {
        this.add("SBX1001", other.span, "a merge key takes a map or a list of maps", {
          help: "write `<<: *anchor` where the anchor is on a map",
        });
        continue;
      }
      for (const entry of other.entries) {
        if (has(entry.key)) continue;
        add(entry);
      }
    }
    return { kind: "map", span: this.#span(map), entries };
  }

  #list(list: YAML.YAMLSeq): Node {
    const items = list.items.map((item) => this.build(item as YAML.Node | null));
    return { kind: "list", span: this.#span(list), items };
  }

  #scalar(scalar: YAML.Scalar | null): Node {
    const value = scalar?.value ?? null;
    const plain =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : value === null
          ? null
          : String(value);
    const span = this.#span(scalar);
    // Only plain text of one line is the same in the file.
    const isWritten = typeof plain !== "string" || span.end - span.start === plain.length;
    const source = isWritten ? (scalar?.source ?? "") : this.#text.slice(span.start, span.end);
    return { kind: "scalar", span, value: plain, source };
  }

  #span(node: YAML.Node | null): Span {
    const range = node?.range;
    if (!range) return { file: this.#file, start: 0, end: 0 };
    return { file: this.#file, start: range[0], end: Math.max(range[1], range[0]) };
  }
}
