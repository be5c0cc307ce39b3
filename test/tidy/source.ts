/** Reads the tree's source files, and splits them into code, comments and literals. */

import * as fs from "node:fs";
import { Glob } from "bun";

/** A source file; `path` begins at the root of the repository. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export type PartKind = "code" | "comment" | "literal";

export interface Part {
  readonly kind: PartKind;
  readonly text: string;
}

/** Files that match `pattern`, sorted, without generated ones. */
export function sourcesOf(pattern: string): Source[] {
  return [...new Glob(pattern).scanSync(".")]
    .filter((path) => !path.includes(".gen.") && !path.includes("node_modules"))
    .toSorted()
    .map((path) => ({ path, text: fs.readFileSync(path, "utf8") }));
}

export const floorSources = () => sourcesOf("src/**/*.ts");
export const nativeSources = () => sourcesOf("native/*/*.{c,h}");
export const testSources = () => sourcesOf("test/**/*.{ts,c}");

/**
 * The parts of a TypeScript or C text in order, joined equal to it. The code inside of a template
 * literal's `${…}` is code. Regular expressions are literals.
 */
export function partsOf(text: string): Part[] {
  return new Splitter(text).parts();
}

/** The code alone: comments and literals are blanked, so that offsets and lines stay. */
export function codeOf(text: string): string {
  return partsOf(text)
    .map((part) => (part.kind === "code" ? part.text : part.text.replace(/[^\n]/g, " ")))
    .join("");
}

export function commentsOf(text: string): string[] {
  return partsOf(text).flatMap((part) => (part.kind === "comment" ? [part.text] : []));
}

/** A slash after one of these begins a regular expression, not a division. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+]|=>|\breturn)\s*$/;

class Splitter {
  readonly #text: string;
  readonly #parts: Part[] = [];
  #at = 0;
  #codeStart = 0;
  /** Open braces in each `${…}` that is being read. */
  readonly #depths: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  parts(): Part[] {
    while (this.#at < this.#text.length) this.#step();
    this.#flush();
    return this.#parts;
  }

  #step(): void {
    const char = this.#text[this.#at] ?? "";
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === "//") this.#take("comment", this.#indexOf("\n", this.#at));
    else if (two === "/*") this.#take("comment", this.#indexOf("*/", this.#at + 2) + 2);
    else if (char === '"' || char === "'") this.#take("literal", this.#endOfQuote(char));
    else if (char === "`") this.#take("literal", this.#endOfTemplate());
    else if (char === "}" && this.#depths.at(-1) === 0) {
      this.#depths.pop();
      this.#take("literal", this.#endOfTemplate());
    } else if (char === "/" && this.#isRegex()) this.#take("literal", this.#endOfRegex());
    else {
      const depth = this.#depths.length - 1;
      if (depth >= 0 && char === "{") this.#depths[depth] = (this.#depths[depth] ?? 0) + 1;
      if (depth >= 0 && char === "}") this.#depths[depth] = (this.#depths[depth] ?? 0) - 1;
      this.#at++;
    }
  }

  #flush(): void {
    const text = this.#text.slice(this.#codeStart, this.#at);
    if (text !== "") this.#parts.push({ kind: "code", text });
  }

  #take(kind: PartKind, end: number): void {
    this.#flush();
    const stop = Math.min(end, this.#text.length);
    this.#parts.push({ kind, text: this.#text.slice(this.#at, stop) });
    this.#at = stop;
    this.#codeStart = stop;
  }

  #indexOf(what: string, from: number): number {
    const at = this.#text.indexOf(what, from);
    return at < 0 ? this.#text.length : at;
  }

  #endOfQuote(quote: string): number {
    let at = this.#at + 1;
    while (at < this.#text.length && this.#text[at] !== quote) {
      at += this.#text[at] === "\\" ? 2 : 1;
    }
    return at + 1;
  }

  #endOfTemplate(): number {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      if (this.#text[at] === "\\") at++;
      else if (this.#text[at] === "`") return at + 1;
      else if (this.#text.startsWith("${", at)) {
        this.#depths.push(0);
        return at + 2;
      }
    }
    return this.#text.length;
  }

  #isRegex(): boolean {
    const code = this.#text.slice(this.#codeStart, this.#at);
    if (code.trim() === "" && this.#parts.at(-1)?.kind === "literal") return false;
    return BEFORE_REGEX.test(code);
  }

  #endOfRegex(): number {
    let isClass = false;
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (char === "\n") return this.#at + 1;
      if (char === "\\") at++;
      else if (char === "[") isClass = true;
      else if (char === "]") isClass = false;
      else if (char === "/" && !isClass) return at + 1;
    }
    return this.#text.length;
  }
}
