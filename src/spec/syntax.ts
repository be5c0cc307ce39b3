/** Mistakes of the YAML itself, in words for people who do not know its grammar. Pure. */

import * as YAML from "yaml";
import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { lookAlike } from "./strange-characters.ts";
import { wordingOf } from "./syntax-wordings.ts";

/** Each mistake once: a parser that has lost its way complains again and again, up to the end. */
export function syntaxFindings(
  file: string,
  text: string,
  document: YAML.Document.Parsed,
): Diagnostic[] {
  const errors = [...document.errors, ...document.warnings];
  const isEcho = echoes(text);
  let innermost = -1;
  const diagnostics = errors.flatMap((error) => {
    if (isEcho(error)) return [];
    const open = openAt(error, document);
    // One bracket that is not closed takes the end of those around it.
    if (open !== null && open.at <= innermost) return [];
    innermost = open?.at ?? innermost;
    return [finding(file, text, error, open, errors)];
  });
  const { explicit, version } = document.directives?.yaml ?? {};
  if (explicit && version !== "1.2") {
    const span = { file, start: 0, end: Math.max(1, text.indexOf("\n")) };
    const help = `remove the line: in YAML ${version} the same text would mean something else`;
    diagnostics.push(diagnostic("SBX1001", span, "a spec is YAML 1.2", { help }));
  }
  return diagnostics;
}

/** What the parser itself says once it is out of all collections: then each later line is unexpected. */
const OUTSIDE = /^Unexpected [a-z-]+ token in YAML stream/;

/** Recognizes errors that follow from an earlier one; to be asked in their order. */
function echoes(text: string): (error: YAML.YAMLError) => boolean {
  const reportedLines = new Set<number>();
  let isOutside = false;
  return ({ pos: [at], message }) => {
    const line = lineStart(text, at);
    const isEcho =
      reportedLines.has(line) ||
      (reportedLines.size > 0 && text.slice(at).trim() === "") ||
      (isOutside && OUTSIDE.test(message));
    isOutside ||= OUTSIDE.test(message);
    reportedLines.add(line);
    return isEcho;
  };
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1);
}

function finding(
  file: string,
  text: string,
  error: YAML.YAMLError,
  open: Open | null,
  all: readonly YAML.YAMLError[],
): Diagnostic {
  const [start, last] = error.pos;
  const span: Span = { file, start, end: Math.max(last, start + 1) };
  const end = text.indexOf("\n", start);
  const lineAt = lineStart(text, start) + 1;
  const blank = lookAlike(file, lineAt, text.slice(lineAt, end < 0 ? text.length : end));
  if (blank !== null) return blank;
  if (open !== null) return unclosed({ file, start: open.at, end: open.at + 1 }, open.sign, span);
  if (all.some(({ code, pos }) => code === "MULTILINE_IMPLICIT_KEY" && pos[0] === start)) {
    const message = "this value goes on in the next line, which is a field of its own";
    const help = "indent that line like the key of this value, or put the whole value in quotes";
    return diagnostic("SBX1001", span, message, { help });
  }
  if (text.slice(Math.max(0, start - 1), start + 1) === "${") {
    const whole = /^\$\{[^}\n]*\}?/.exec(text.slice(start - 1))?.[0] ?? "${";
    const help = `put the whole value in quotes, as in "${whole}": between \`{\` and \`}\`, or \`[\` and \`]\`, a brace is a sign of YAML`;
    const at = { file, start: start - 1, end: start - 1 + whole.length };
    return diagnostic("SBX1001", at, `\`${whole}\` stands here without quotes`, { help });
  }
  const { message, help } = wordingOf(error, text);
  return diagnostic("SBX1001", span, message, { help });
}

function unclosed(span: Span, sign: string, boundary: Span): Diagnostic {
  return diagnostic("SBX1001", span, `a \`${sign}\` is not closed`, {
    related: [{ span: boundary, label: "it should end before this" }],
    help: `close it, and indent what stands inside; in quotes \`${sign}\` is text`,
  });
}

interface Open {
  readonly at: number;
  readonly sign: string;
}

/** The quote or bracket that an error misses the end of. */
function openAt(
  { code, pos: [at], message }: YAML.YAMLError,
  document: YAML.Document.Parsed,
): Open | null {
  const quote = code === "MISSING_CHAR" ? /^Missing closing ("|')quote/.exec(message)?.[1] : null;
  const isBracket = code === "BAD_INDENT" && message.startsWith("Flow ");
  if (!quote && !isBracket) return null;
  let open: Open | null = null;
  YAML.visit(document, {
    Node(_, node) {
      const [start, end] = node.range ?? [0, 0];
      if (start > at || end < at) return;
      const flow = YAML.isCollection(node) && node.flow;
      const isQuoted = YAML.isScalar(node) && node.type?.startsWith("QUOTE") === true;
      if (quote ? isQuoted : flow)
        open = { at: start, sign: quote ?? (YAML.isMap(node) ? "{" : "[") };
    },
  });
  return open;
}
