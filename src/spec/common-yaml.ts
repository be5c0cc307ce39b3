/**
 * The YAML that nearly all specs are written in, read straight into nodes: maps and lists of either
 * style, words, quotes of one line, `|` and comments. Pure.
 *
 * A third of YAML's grammar takes a twentieth of the time and memory of the whole. What is more than
 * that, or any mistake, is left to the `yaml` package, which then reads the whole text: whatever is
 * read here has the same nodes there, places included. `test/spec/common-yaml.test.ts` holds this.
 */

import type { Span } from "../base/span.ts";
import { WRITTEN_NODE_COUNT_MAX } from "./bounds.ts";
import { plainValue } from "./core-schema.ts";
import type { Entry, ListNode, MapNode, Node, ScalarNode } from "./node.ts";

/**
 * Null: there is more in it, or something is wrong with it. "too much": it holds more than
 * WRITTEN_NODE_COUNT_MAX values. It recurses: the caller bounds the depth.
 */
export function readCommon(file: string, text: string): Node | null | "too much" {
  // Tabs and carriage returns are white space in some places, and mistakes in others.
  if (text.includes("\t") || text.includes("\r")) return null;
  try {
    return new CommonReader(file, text).root();
  } catch (error) {
    if (error === BEYOND) return null;
    if (error === TOO_MUCH) return "too much";
    throw error;
  }
}

/** Thrown where the text is more than is read here; neither leaves this file. */
const BEYOND = new Error("more than common YAML");
const TOO_MUCH = new Error("too many values");

function beyond(): never {
  throw BEYOND;
}

const [NEWLINE, SPACE, HASH, DASH, COLON, COMMA] = [0x0a, 0x20, 0x23, 0x2d, 0x3a, 0x2c];
const [DOUBLE, SINGLE, BACKSLASH, BAR] = [0x22, 0x27, 0x5c, 0x7c];
const [LIST_START, LIST_END, MAP_START, MAP_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** By character code below 128, what a key may hold, and what a plain value may begin with. */
const FIRST_KEY_SIGNS = signs("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
const KEY_SIGNS = signs(".$/-", FIRST_KEY_SIGNS);
const FIRST_VALUE_SIGNS = signs("./$+~(^=;<\\", FIRST_KEY_SIGNS);
const SIGNS_AFTER_DASH = signs("./-", FIRST_KEY_SIGNS);

/** Far below the 1,024 that YAML allows. */
const KEY_LENGTH_MAX = 256;
/** Keys that are kept as one text each: the fields of a spec, which stand in it thousands of times. */
const SHARED_KEY_COUNT_MAX = 512;
/** Keys of a map that are compared one by one. */
const FEW_KEYS = 12;

/** What `\` and one more character stand for. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  e: "\u001b",
  a: "\u0007",
  "0": "\0",
  '"': '"',
  "/": "/",
  "\\": "\\",
  " ": " ",
};

function signs(added: string, others: Uint8Array = new Uint8Array(128)): Uint8Array {
  const all = others.slice();
  for (let at = 0; at < added.length; at++) all[added.charCodeAt(at)] = 1;
  return all;
}

class CommonReader {
  readonly #file: string;
  readonly #text: string;
  #at = 0;
  #lineStart = 0;
  /** Column of what comes next, which is the first of its line; -1 at the end of the text. */
  #indent = 0;
  /** The greatest column of a comment in lines of its own before that; -1: there is none. */
  #commentIndent = -1;
  /** Behind the line in which the last value ends: there the collections around it end too. */
  #valueEnd = 0;
  /** As the parser counts both. */
  readonly #counts = { values: 0, separators: 0 };
  readonly #sharedKeys = new Map<string, string>();

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  root(): Node {
    if (this.#skipLines() !== 0) beyond();
    const root = this.#blockMap(0);
    if (this.#at < this.#text.length) beyond();
    return root;
  }

  #span(start: number, end: number): Span {
    return { file: this.#file, start, end };
  }

  #code(at = this.#at): number {
    return this.#text.charCodeAt(at); // NaN at the end, which no code is
  }

  #count(what: "values" | "separators"): void {
    if (++this.#counts[what] > WRITTEN_NODE_COUNT_MAX) throw TOO_MUCH;
  }

  #skipBlanks(): void {
    while (this.#code() === SPACE) this.#at++;
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf("\n", from);
    return end < 0 ? this.#text.length : end;
  }

  /** What is left of a line whose value is read: nothing, or a comment. */
  #endLine(): void {
    const before = this.#at;
    this.#skipBlanks();
    if (this.#code() === HASH && this.#at > before) this.#at = this.#lineEnd(this.#at);
    if (this.#at < this.#text.length) {
      if (this.#code() !== NEWLINE) beyond();
      this.#at++;
    }
    this.#skipLines();
  }

  /** From the start of a line past all that are empty or hold a comment alone; returns `#indent`. */
  #skipLines(): number {
    this.#commentIndent = -1;
    for (;;) {
      const start = this.#at;
      this.#skipBlanks();
      const code = this.#code();
      if (code === HASH) {
        this.#commentIndent = Math.max(this.#commentIndent, this.#at - start);
        this.#at = this.#lineEnd(this.#at);
        if (this.#at < this.#text.length) this.#at++;
      } else if (code === NEWLINE) this.#at++;
      else {
        this.#lineStart = start;
        this.#indent = this.#at < this.#text.length ? this.#at - start : -1;
        return this.#indent;
      }
    }
  }

  /** Ends the line of a value. Comments further in than what comes next would belong to the value. */
  #endValue(): void {
    const end = this.#lineEnd(this.#at);
    this.#valueEnd = Math.min(end + 1, this.#text.length);
    this.#endLine();
    if (this.#commentIndent > Math.max(this.#indent, 0)) beyond();
  }

  /** Whether there is a key here. */
  #isKey(): boolean {
    const code = this.#code();
    if (!(code < 128) || FIRST_KEY_SIGNS[code] === 0) return false;
    let at = this.#at + 1;
    while (KEY_SIGNS[this.#code(at)] === 1) at++;
    return this.#code(at) === COLON && !(this.#code(at + 1) > SPACE);
  }

  /** Reads a key with its colon. */
  #key(): { key: string; keySpan: Span } {
    const start = this.#at;
    if (FIRST_KEY_SIGNS[this.#code()] !== 1) beyond();
    while (KEY_SIGNS[this.#code()] === 1) this.#at++;
    const end = this.#at++;
    if (this.#code(end) !== COLON || end - start > KEY_LENGTH_MAX) beyond();
    this.#count("values");
    this.#count("separators");
    const own = this.#text.slice(start, end);
    const key = this.#sharedKeys.get(own) ?? own;
    if (this.#sharedKeys.size < SHARED_KEY_COUNT_MAX) this.#sharedKeys.set(key, key);
    return { key, keySpan: this.#span(start, end) };
  }

  /** Entries whose keys begin at a column, the first of them here. */
  #blockMap(column: number): MapNode {
    const start = this.#at;
    const entries = new Entries();
    do {
      const { key, keySpan } = this.#key();
      entries.add({ key, keySpan, value: this.#blockValue(column, true) });
    } while (this.#indent === column && !this.#isItem());
    if (this.#indent > column) beyond();
    return { kind: "map", span: this.#span(start, this.#valueEnd), entries: entries.all };
  }

  #isItem(): boolean {
    return this.#code() === DASH && this.#code(this.#at + 1) === SPACE;
  }

  /** Items whose dashes stand at a column, the first of them here. */
  #blockList(column: number): ListNode {
    const start = this.#at;
    const items: Node[] = [];
    do {
      this.#at++;
      this.#count("separators");
      items.push(this.#blockValue(column, false));
    } while (this.#indent === column && this.#isItem());
    if (this.#indent > column) beyond();
    return { kind: "list", span: this.#span(start, this.#valueEnd), items };
  }

  /** What comes after a colon or dash of a block, and ends its line. */
  #blockValue(column: number, isOfKey: boolean): Node {
    const from = this.#at;
    this.#skipBlanks();
    const code = this.#code();
    if (code === NEWLINE || code === HASH) {
      this.#at = from;
      return isOfKey ? this.#nested(column) : beyond();
    }
    if (this.#at === from) beyond();
    if (!isOfKey && this.#isKey()) return this.#blockMap(this.#at - this.#lineStart);
    if (code === BAR) return this.#literal(column);
    const value = this.#oneValue(column);
    this.#endValue();
    return value;
  }

  /** A block below its key. */
  #nested(column: number): Node {
    this.#endLine();
    if (this.#isItem() && this.#indent === column) return this.#listBelowKey(column);
    if (this.#indent <= column) beyond();
    return this.#isItem() ? this.#blockList(this.#indent) : this.#blockMap(this.#indent);
  }

  /** A list may stand in the column of its key. Comments before the next key would belong to it. */
  #listBelowKey(column: number): ListNode {
    const list = this.#blockList(column);
    if (column > 0 && this.#indent === column && this.#commentIndent >= column) beyond();
    return list;
  }

  /** A value that begins in this line; `column` is that of the block around it. */
  #oneValue(column: number): Node {
    const code = this.#code();
    if (code === MAP_START || code === LIST_START) return this.#flow(column, 1);
    this.#count("values");
    if (code === DOUBLE) return this.#doubleQuoted();
    return code === SINGLE ? this.#singleQuoted() : this.#plain(false);
  }

  #scalar(start: number, value: ScalarNode["value"], isQuoted: boolean): ScalarNode {
    const source =
      isQuoted || typeof value !== "string" ? this.#text.slice(start, this.#at) : value;
    return { kind: "scalar", span: this.#span(start, this.#at), value, source };
  }

  #plain(isInFlow: boolean): ScalarNode {
    const start = this.#at;
    const first = this.#code();
    const isBegun =
      first > 127 ||
      FIRST_VALUE_SIGNS[first] === 1 ||
      (first === DASH && SIGNS_AFTER_DASH[this.#code(start + 1)] === 1);
    if (!isBegun) beyond();
    let end = start;
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#code(at);
      if (code === NEWLINE) break;
      if (code === SPACE) {
        if (this.#code(at + 1) === HASH) break;
      } else if (isInFlow && isFlowSign(code)) break;
      else if (code === COLON && this.#endsKey(at + 1, isInFlow)) beyond();
      else end = at + 1;
    }
    this.#at = end;
    return this.#scalar(start, plainValue(this.#text.slice(start, end)), false);
  }

  /** Whether a colon before `at` ends a key. */
  #endsKey(at: number, isInFlow: boolean): boolean {
    const code = this.#code(at);
    return !(code > SPACE) || (isInFlow && isFlowSign(code));
  }

  #singleQuoted(): ScalarNode {
    const start = this.#at;
    const line = this.#lineEnd(start);
    let end = this.#text.indexOf("'", start + 1);
    while (end > 0 && this.#code(end + 1) === SINGLE) end = this.#text.indexOf("'", end + 2);
    if (end < 0 || end > line) beyond();
    this.#at = end + 1;
    return this.#scalar(start, this.#text.slice(start + 1, end).replaceAll("''", "'"), true);
  }

  #doubleQuoted(): ScalarNode {
    const start = this.#at;
    const parts: string[] = [];
    let from = start + 1;
    let at = from;
    for (let code = this.#code(at); code !== DOUBLE; code = this.#code(++at)) {
      if (code === BACKSLASH) {
        parts.push(this.#text.slice(from, at), ESCAPES[this.#text[++at] ?? ""] ?? beyond());
        from = at + 1;
      } else if (code === NEWLINE || Number.isNaN(code)) beyond();
    }
    this.#at = at + 1;
    const last = this.#text.slice(from, at);
    return this.#scalar(start, parts.length === 0 ? last : parts.join("") + last, true);
  }

  /** `|` or `|-`, and lines further in than `column`. */
  #literal(column: number): ScalarNode {
    this.#count("values");
    const start = this.#at++;
    const isStripped = this.#code() === DASH;
    if (isStripped) this.#at++;
    if (this.#code() !== NEWLINE) beyond();
    this.#at++;
    const lines: string[] = [];
    let [indent, end] = [0, 0];
    while (this.#at < this.#text.length) {
      const from = this.#at;
      const lineEnd = this.#lineEnd(from);
      this.#skipBlanks();
      const own = this.#at - from;
      // An empty line of blanks, before the text or behind it, has rules of its own.
      if (this.#at === lineEnd && own > 0) beyond();
      if (lines.length === 0) indent = own;
      this.#at = from;
      if (own <= column && lineEnd > from) break;
      if (lineEnd > from && own < indent) beyond();
      lines.push(this.#text.slice(from + indent, lineEnd));
      this.#at = Math.min(lineEnd + 1, this.#text.length);
      if (lineEnd > from) end = this.#at;
    }
    if (end === 0 || indent <= column) beyond();
    while (lines.at(-1) === "") lines.pop();
    this.#valueEnd = end;
    this.#skipLines();
    if (this.#commentIndent > Math.max(this.#indent, 0)) beyond();
    const value = lines.join("\n") + (isStripped ? "" : "\n");
    const source = this.#text.slice(start, end);
    return { kind: "scalar", span: this.#span(start, end), value, source };
  }

  /** A collection in brackets; `depth` counts them from 1, `column` is that of the block around all. */
  #flow(column: number, depth: number): MapNode | ListNode {
    this.#count("values");
    const start = this.#at;
    const isMap = this.#code() === MAP_START;
    const last = isMap ? MAP_END : LIST_END;
    const entries = new Entries();
    const items: Node[] = [];
    this.#at++;
    this.#skipInFlow(column, depth);
    while (this.#code() !== last) {
      if (isMap) entries.add(this.#flowEntry(column, depth));
      else items.push(this.#flowValue(column, depth));
      this.#skipInFlow(column, depth);
      if (this.#code() === COMMA) {
        this.#count("separators");
        this.#at++;
        this.#skipInFlow(column, depth);
      } else if (this.#code() !== last) beyond();
    }
    this.#at++;
    const span = this.#span(start, this.#at);
    return isMap ? { kind: "map", span, entries: entries.all } : { kind: "list", span, items };
  }

  #flowEntry(column: number, depth: number): Entry {
    const { key, keySpan } = this.#key();
    if (this.#code() !== SPACE) beyond();
    this.#skipBlanks();
    return { key, keySpan, value: this.#flowValue(column, depth) };
  }

  #flowValue(column: number, depth: number): Node {
    const code = this.#code();
    if (code === MAP_START || code === LIST_START) return this.#flow(column, depth + 1);
    this.#count("values");
    if (code === DOUBLE) return this.#doubleQuoted();
    return code === SINGLE ? this.#singleQuoted() : this.#plain(true);
  }

  /** White space and comments. Each line is further in than the block; the last bracket need not be. */
  #skipInFlow(column: number, depth: number): void {
    for (let lineStart = -1; ; ) {
      const before = this.#at;
      this.#skipBlanks();
      const code = this.#code();
      if (code === HASH) {
        if (this.#at === before) beyond();
        this.#at = this.#lineEnd(this.#at);
      } else if (code === NEWLINE) lineStart = ++this.#at;
      else {
        if (lineStart < 0) return;
        const indent = this.#at - lineStart;
        const isLast = depth === 1 && (code === MAP_END || code === LIST_END);
        if (indent <= column && !(isLast && indent === column)) beyond();
        return;
      }
    }
  }
}

function isFlowSign(code: number): boolean {
  return (
    code === COMMA ||
    code === LIST_START ||
    code === LIST_END ||
    code === MAP_START ||
    code === MAP_END
  );
}

/** The entries of a map, each key once. */
class Entries {
  readonly all: Entry[] = [];
  /** A map of many keys is searched by name; a few are looked through as fast. */
  #names: Set<string> | null = null;

  add(entry: Entry): void {
    if (this.#has(entry.key)) beyond();
    this.all.push(entry);
    if (this.#names !== null) this.#names.add(entry.key);
    else if (this.all.length > FEW_KEYS) this.#names = new Set(this.all.map(({ key }) => key));
  }

  #has(key: string): boolean {
    if (this.#names !== null) return this.#names.has(key);
    for (const entry of this.all) if (entry.key === key) return true;
    return false;
  }
}
