/** The length of each function, in lines, by a reading of the text that needs no compiler. */

import { codeOf, type Source } from "./source.ts";

/** Longer functions are refused, but for those that the ratchets list. */
export const FUNCTION_LINES_MAX = 70;

export interface FunctionLength {
  readonly path: string;
  readonly name: string;
  readonly lines: number;
}

export function functionsOf(source: Source): FunctionLength[] {
  return source.path.endsWith(".ts") ? functionsOfTs(source) : functionsOfC(source);
}

/** `function name(`, methods, and arrow functions with a block; nested ones count for themselves too. */
const TS_HEAD =
  /\bfunction\s*\*?\s*(\w+)|^ +(?:static |async |override |get |set )*\*?(#?\w+)(?=(?:<[^>]*>)?\()|(?:\b(\w+)(?::[^=\n]+)? = )?(?:async )?(?:\([^()]*\)|\w+)(?:: [^=\n{]+)? =>\s*(?=\{)/gm;
const NOT_METHODS = new Set([
  "if",
  "for",
  "while",
  "switch",
  "catch",
  "return",
  "function",
  "with",
]);

function functionsOfTs({ path, text }: Source): FunctionLength[] {
  const code = codeOf(text);
  const functions: FunctionLength[] = [];
  for (const match of code.matchAll(TS_HEAD)) {
    const [head, declared, method, assigned] = match;
    if (method !== undefined && NOT_METHODS.has(method)) continue;
    const end = match.index + head.length;
    const open = head.includes("=>") ? code.indexOf("{", end) : bodyOf(code, end);
    if (open < 0) continue;
    const lines = linesBetween(code, match.index, closing(code, open));
    functions.push({ path, name: declared ?? method ?? assigned ?? "(arrow)", lines });
  }
  return functions;
}

/** The brace after the parameters and the return type; -1: it is a call, or has no body. */
function bodyOf(code: string, from: number): number {
  const open = code.indexOf("(", from);
  if (open < 0) return -1;
  const rest = code.slice(closing(code, open) + 1);
  // A return type may hold braces of its own.
  const type = /^\s*(?::\s*(?:[^{};=]|\{[^{}]*\})*?)?\s*\{(?=\s*$)/m.exec(rest);
  if (type === null || type.index !== 0) return -1;
  return closing(code, open) + type[0].length;
}

function closing(code: string, open: number): number {
  const pairs: Readonly<Record<string, string>> = { "(": ")", "{": "}" };
  const opener = code[open] ?? "";
  const closer = pairs[opener] ?? "";
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === opener) depth++;
    else if (code[at] === closer && --depth === 0) return at;
  }
  return code.length;
}

function linesBetween(code: string, start: number, end: number): number {
  return code.slice(start, end).split("\n").length;
}

/** In kernel layout a body begins and ends with a brace of its own in the first column. */
function functionsOfC({ path, text }: Source): FunctionLength[] {
  const functions: FunctionLength[] = [];
  let head = { name: "", line: 0 };
  text.split("\n").forEach((line, index) => {
    const name = /^(?!typedef|struct \w+ \{|#)[A-Za-z_].*?\b(\w+)\(/.exec(line)?.[1];
    if (name !== undefined) head = { name, line: index };
    if (line === "}" && head.name !== "") {
      functions.push({ path, name: head.name, lines: index - head.line + 1 });
      head = { name: "", line: 0 };
    }
  });
  return functions;
}
