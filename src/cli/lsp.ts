/** `sandbox lsp`: a language server for specs, over standard input and output. */

import * as fs from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  CompletionItemKind,
  createConnection,
  DiagnosticSeverity,
  type DocumentSymbol,
  type InitializeResult,
  type Diagnostic as LspDiagnostic,
  type Position,
  ProposedFeatures,
  type Range,
  ResponseError,
  SymbolKind,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import pkg from "../../package.json" with { type: "json" };
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import type { Span } from "../base/span.ts";
import { type Checked, checkFile } from "../check/check.ts";
import type { Diagnostic } from "../diag/diagnostic.ts";
import { shownOf } from "../diag/shown.ts";
import { completionsAt, type Item } from "../editor/completion.ts";
import { correctionOf } from "../editor/correction.ts";
import { hoverAt } from "../editor/hover.ts";
import { isSpec } from "../editor/is-spec.ts";
import { type OutlineItem, outlineOf } from "../editor/outline.ts";
import { type Definition, type Symbols, symbolsOf } from "../editor/symbols.ts";
import { compileInputs, loadFor, type SpecOptions } from "../engine/compile-inputs.ts";
import type { Plan } from "../plan/plan.ts";
import { planOf } from "../plan/plan-of.ts";
import { formatSpec } from "../spec/format.ts";
import { readSpec } from "../spec/read.ts";

/** Pause after a change before a document is checked, so that typing is not held up. */
const PAUSE_MS = 80;
/** LSP: a request that cannot be carried out, with a reason for its sender. */
const REQUEST_FAILED = -32803;

const ITEM_KINDS: Readonly<Record<Item["kind"], CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  process: CompletionItemKind.Function,
  sandbox: CompletionItemKind.Module,
  template: CompletionItemKind.Class,
  param: CompletionItemKind.Variable,
};

const SYMBOL_KINDS: Readonly<Record<OutlineItem["kind"], SymbolKind>> = {
  process: SymbolKind.Function,
  sandbox: SymbolKind.Module,
  template: SymbolKind.Class,
  param: SymbolKind.Variable,
};

/** What is known of one version of a document. */
interface Known {
  readonly version: number;
  readonly checked: Checked;
  readonly symbols: Symbols;
  /** Those of the last version that could be read: for completion, where their spans do not matter. */
  readonly lastSymbols: Symbols;
  readonly plan: Plan | null;
}

export type LspOptions = Pick<SpecOptions, "allowInclude">;

export async function run({ allowInclude }: LspOptions): Promise<number> {
  await new Server(allowInclude).ended;
  return EXIT.ok;
}

class Server {
  readonly ended: Promise<void>;
  readonly #connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  readonly #documents = new TextDocuments(TextDocument);
  readonly #known = new Map<string, Known>();
  /** The documents that each one has had findings sent for. */
  readonly #publishedUris = new Map<string, ReadonlySet<string>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  readonly #allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
    const connection = this.#connection;
    this.ended = new Promise((resolve) => {
      connection.onExit(resolve);
      process.stdin.on("end", resolve);
    });
    connection.onInitialize(() => capabilities());
    connection.onHover(({ textDocument, position }) => this.#hover(textDocument.uri, position));
    connection.onDefinition(({ textDocument, position }) => {
      const target = this.#targetAt(textDocument.uri, position)?.target;
      return target === undefined ? null : this.#location(target.span);
    });
    connection.onReferences(({ textDocument, position }) => {
      const target = this.#targetAt(textDocument.uri, position)?.target;
      return target === undefined
        ? []
        : this.#spansOf(textDocument.uri, target).map((span) => this.#location(span));
    });
    connection.onCompletion(({ textDocument, position }) => {
      const document = this.#documents.get(textDocument.uri);
      if (document === undefined) return [];
      const { lastSymbols } = this.#know(document);
      const offset = document.offsetAt(position);
      const { items, from } = completionsAt(document.getText(), offset, lastSymbols);
      const range = { start: document.positionAt(from), end: position };
      return items.map((item) => completion(item, range));
    });
    connection.onDocumentSymbol(({ textDocument }) => this.#outline(textDocument.uri));
    connection.onCodeAction(({ textDocument, context }) =>
      context.diagnostics.flatMap((each) => this.#correction(textDocument.uri, each)),
    );
    connection.onPrepareRename(({ textDocument, position }) => {
      const target = this.#targetAt(textDocument.uri, position);
      return target === null ? null : this.#location(target.span).range;
    });
    connection.onRenameRequest(({ textDocument, position, newName }) =>
      this.#rename(textDocument.uri, position, newName),
    );
    connection.onDocumentFormatting(({ textDocument }) => {
      const document = this.#documents.get(textDocument.uri);
      const text = document?.getText() ?? "";
      const made = formatSpec(text);
      if (document === undefined || !made.ok || made.text === text) return [];
      const end = document.positionAt(text.length);
      return [{ range: { start: { line: 0, character: 0 }, end }, newText: made.text }];
    });
    this.#documents.onDidChangeContent(({ document }) => {
      this.#checkSoon(document);
      this.#recheckAround(document);
    });
    this.#documents.onDidClose(({ document: { uri } }) => {
      clearTimeout(this.#timers.get(uri));
      this.#known.delete(uri);
      for (const uriOfFile of this.#publishedUris.get(uri) ?? [uri]) {
        void connection.sendDiagnostics({ uri: uriOfFile, diagnostics: [] });
      }
      this.#publishedUris.delete(uri);
    });
    this.#documents.listen(connection);
    connection.listen();
  }

  #checkSoon(document: TextDocument): void {
    const { uri } = document;
    clearTimeout(this.#timers.get(uri));
    this.#timers.set(
      uri,
      setTimeout(() => this.#publish(document), PAUSE_MS),
    );
  }

  /** What is wrong with a document, and in the files that it includes with each of these. */
  #publish(document: TextDocument): void {
    const { uri } = document;
    const { checked } = this.#know(document);
    const byUri = new Map<string, LspDiagnostic[]>([[uri, []]]);
    const { diagnostics: shown } = shownOf(checked.diagnostics);
    for (const target of isSpec(pathOf(uri), document.getText()) ? shown : []) {
      const uriOfFile = target.span.file === "" ? uri : uriOf(target.span.file);
      const own = uriOfFile === uriOf(pathOf(uri)) ? uri : uriOfFile;
      byUri.set(own, [...(byUri.get(own) ?? []), this.#diagnostic(target)]);
    }
    for (const before of this.#publishedUris.get(uri) ?? [])
      if (!byUri.has(before)) byUri.set(before, []);
    this.#publishedUris.set(uri, new Set(byUri.keys()));
    for (const [uriOfFile, diagnostics] of byUri) {
      // An open file publishes its own diagnostics.
      if (uriOfFile !== uri && this.#documents.get(uriOfFile) !== undefined) continue;
      void this.#connection.sendDiagnostics({ uri: uriOfFile, diagnostics });
    }
  }

  /** Open documents that include a changed one are not what they were. */
  #recheckAround({ uri }: TextDocument): void {
    const path = pathOf(uri);
    for (const other of this.#documents.all()) {
      if (other.uri === uri || !this.#known.get(other.uri)?.checked.sources.has(path)) continue;
      this.#known.delete(other.uri);
      this.#checkSoon(other);
    }
  }

  #know(document: TextDocument): Known {
    const { uri, version } = document;
    const known = this.#known.get(uri);
    if (known?.version === version) return known;
    const file = pathOf(uri);
    const around = compileInputs(file, { param: {}, allowInclude: this.#allowed });
    const load = loadFor(file, this.#allowed, (path) => this.#openText(path));
    const checked = checkFile({ file, text: document.getText() }, { ...around, load });
    const symbols = symbolsOf(checked.sources);
    const isBroken = symbols.definitions.length === 0;
    const made: Known = {
      version,
      checked,
      symbols,
      lastSymbols: isBroken ? (known?.lastSymbols ?? symbols) : symbols,
      plan: checked.ir === null ? null : planOf(checked.ir),
    };
    this.#known.set(uri, made);
    return made;
  }

  #openText(path: string): string | null {
    return this.#documents.get(pathToFileURL(path).href)?.getText() ?? null;
  }

  /** A file that a document includes, as it was when the document was checked. */
  #includedText(path: string): string {
    for (const { checked } of this.#known.values()) {
      const text = checked.sources.get(path);
      if (text !== undefined) return text;
    }
    return "";
  }

  #hover(uri: string, position: Position) {
    const document = this.#documents.get(uri);
    if (document === undefined) return null;
    const { symbols, plan } = this.#know(document);
    const file = pathOf(uri);
    const { root } = readSpec(file, document.getText());
    const target = hoverAt(file, document.offsetAt(position), root, symbols, plan);
    if (target === null) return null;
    const { range } = this.#location(target.span);
    return { contents: { kind: "markdown" as const, value: target.text }, range };
  }

  #targetAt(uri: string, position: Position): { target: Definition; span: Span } | null {
    const document = this.#documents.get(uri);
    if (document === undefined) return null;
    const file = pathOf(uri);
    const offset = document.offsetAt(position);
    const { references, definitions } = this.#know(document).symbols;
    const isHere = ({ span }: { span: Span }) =>
      span.file === file && span.start <= offset && offset <= span.end;
    const reference = references.find(isHere);
    if (reference !== undefined) return reference;
    const target = definitions.find(isHere);
    return target === undefined ? null : { target, span: target.span };
  }

  /** The definition and every use of it. */
  #spansOf(uri: string, target: Definition): Span[] {
    const references = this.#known.get(uri)?.symbols.references ?? [];
    return [
      target.span,
      ...references.filter((each) => each.target === target).map(({ span }) => span),
    ];
  }

  #outline(uri: string): DocumentSymbol[] {
    const document = this.#documents.get(uri);
    if (document === undefined || !isSpec(pathOf(uri), document.getText())) return [];
    const rangeOf = ({ start, end }: Span) => ({
      start: document.positionAt(start),
      end: document.positionAt(end),
    });
    const symbolOf = (item: OutlineItem): DocumentSymbol => ({
      name: item.name || "?", // an empty name is no symbol to an editor
      kind: SYMBOL_KINDS[item.kind],
      detail: item.kind,
      range: rangeOf(item.span),
      selectionRange: rangeOf(item.nameSpan),
      children: item.children.map(symbolOf),
    });
    return outlineOf(readSpec(pathOf(uri), document.getText()).root).map(symbolOf);
  }

  #correction(uri: string, diagnostic: LspDiagnostic): CodeAction[] {
    const document = this.#documents.get(uri);
    const { message, range } = diagnostic;
    const newText = correctionOf(String(message), document?.getText(range) ?? "");
    if (newText === null || diagnostic.source !== "sandbox") return [];
    return [
      {
        title: `Change to ${newText}`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: true,
        edit: { changes: { [uri]: [{ range, newText }] } },
      },
    ];
  }

  #rename(uri: string, position: Position, newName: string): WorkspaceEdit | null {
    const target = this.#targetAt(uri, position);
    const document = this.#documents.get(uri);
    if (target === null || document === undefined) return null;
    const isParam = target.target.kind === "param";
    const pattern = isParam ? /^[A-Za-z_][A-Za-z0-9_]*$/ : /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
    const refuse = (why: string): never => {
      throw new ResponseError(
        REQUEST_FAILED,
        `"${newName}" cannot name a ${target.target.kind}${why}`,
      );
    };
    if (!pattern.test(newName)) refuse("");
    const spans = this.#spansOf(uri, target.target);
    const mistake = this.#mistakeAfter(document, spans, newName);
    if (mistake !== null) refuse(`: ${escapeText(mistake.message)}`);
    const changes: Record<string, { range: Range; newText: string }[]> = {};
    for (const span of spans) {
      const { uri: uriOfFile, range } = this.#location(span);
      changes[uriOfFile] = [...(changes[uriOfFile] ?? []), { range, newText: newName }];
    }
    return { changes };
  }

  /** An error that a document would have with `newName` at these spans, and has not now. */
  #mistakeAfter(
    document: TextDocument,
    spans: readonly Span[],
    newName: string,
  ): Diagnostic | null {
    const file = pathOf(document.uri);
    const { checked } = this.#know(document);
    const texts = new Map(checked.sources);
    for (const span of spans.toSorted((a, b) => b.start - a.start)) {
      const text = texts.get(span.file) ?? "";
      texts.set(span.file, text.slice(0, span.start) + newName + text.slice(span.end));
    }
    const around = compileInputs(file, { param: {}, allowInclude: this.#allowed });
    const load = loadFor(file, this.#allowed, (path) => texts.get(path) ?? null);
    const after = checkFile({ file, text: texts.get(file) ?? "" }, { ...around, load });
    const known = new Map<string, number>();
    for (const { code } of checked.diagnostics) known.set(code, (known.get(code) ?? 0) + 1);
    const isNew = ({ code, severity }: Diagnostic) => {
      known.set(code, (known.get(code) ?? 0) - 1);
      return severity === "error" && (known.get(code) ?? 0) < 0;
    };
    return after.diagnostics.find(isNew) ?? null;
  }

  #location({ file, start, end }: Span): { uri: string; range: Range } {
    const uri = uriOf(file);
    const document =
      this.#documents.get(uri) ?? TextDocument.create(uri, "yaml", 0, this.#includedText(file));
    return { uri, range: { start: document.positionAt(start), end: document.positionAt(end) } };
  }

  #diagnostic(target: Diagnostic): LspDiagnostic {
    const { code, severity, message, label, notes, help, span, related } = target;
    const text = [message, label, ...notes, help === "" ? "" : `help: ${help}`];
    const isPlaced = span.file !== "";
    return {
      range: isPlaced
        ? this.#location(span).range
        : { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
      severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
      code,
      source: "sandbox",
      message: text
        .filter((part) => part !== "")
        .map(escapeText)
        .join("\n"),
      relatedInformation: related.map((each) => ({
        location: this.#location(each.span),
        message: escapeText(each.label),
      })),
    };
  }
}

/** The documents' URIs are matched again by their paths: editors escape more than is needed. */
function pathOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : uri;
}

function uriOf(file: string): string {
  return fs.existsSync(file) || file.startsWith("/") ? pathToFileURL(file).href : file;
}

/** With the range that it replaces: what a word is, each editor sees in its own way. */
function completion({ label, kind, detail, insert }: Item, range: Range): CompletionItem {
  const textEdit = { range, newText: insert };
  return { label, kind: ITEM_KINDS[kind], detail, filterText: label, textEdit };
}

function capabilities(): InitializeResult {
  return {
    serverInfo: { name: "sandbox", version: pkg.version },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      hoverProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      completionProvider: { triggerCharacters: [":", " ", "{", "/", "$"] },
      renameProvider: { prepareProvider: true },
      documentFormattingProvider: true,
      documentSymbolProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    },
  };
}
