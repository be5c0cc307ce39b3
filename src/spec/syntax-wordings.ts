/** What is said of each mistake of the YAML, and how to correct it: by the parser's code and words. Pure. */

import type * as YAML from "yaml";

export interface Wording {
  readonly message: string;
  readonly help: string;
}

type PartWording = Partial<Wording> & Pick<Wording, "help">;

const QUOTE_OR_SPLIT = "put the value in quotes, or what is nested on lines of its own below";
const GENERAL = "quote text that holds `: `, ` #` or begins with a YAML sign";

/** By the parser's code; where it has no message, the parser's own is said. */
const BY_CODE: Readonly<Partial<Record<YAML.ErrorCode, PartWording>>> = {
  BAD_ALIAS: { help: "write its name behind it, or the text in quotes" },
  BAD_DIRECTIVE: { help: "remove the line: a spec needs no directive" },
  BLOCK_AS_IMPLICIT_KEY: { message: "a second `: ` in one line", help: QUOTE_OR_SPLIT },
  BLOCK_IN_FLOW: {
    message: "no comma between two fields",
    help: "put a comma between the fields, or close the bracket before",
  },
  BAD_INDENT: {
    message: "this line is not indented like those that it belongs to",
    help: "let all that belongs together begin in the same column",
  },
  BAD_SCALAR_START: { help: "put the text in quotes" },
  BAD_DQ_ESCAPE: { help: "write a backslash twice, or use single quotes" },
  MISSING_CHAR: {
    message: "no `:` after this key",
    help: "write one and a value, or indent the line as part of the value above",
  },
  NON_STRING_KEY: { message: "a key is no text", help: "write a name there" },
  TAB_AS_INDENT: { message: "a tab indents this line", help: "indent with spaces" },
  TAG_RESOLVE_FAILED: { help: "remove the tag: a spec knows none but those of YAML's core schema" },
};

/** The same by the parser's words, and by the text before and behind the error; the first that fits. */
const BY_WORDS: readonly (PartWording & {
  readonly words: RegExp;
  readonly before?: RegExp;
  readonly behind?: RegExp;
})[] = [
  {
    words: /all keys must be strings/,
    behind: /^\*/,
    message: "an alias cannot be a key",
    help: "write the name itself: what an anchor has may only be a value",
  },
  {
    words: /at node end$/,
    before: /'\s*$/,
    help: "write a quote in single quotes twice, as in 'it''s', or put the text in double quotes",
  },
  {
    words: /at node end$/,
    before: /"\s*$/,
    help: 'write a quote in double quotes as \\", or put the text in single quotes',
  },
  {
    words: /at node end$/,
    before: /(?:^|\n) *-[^\n]*\n\s*$/,
    behind: /^[^\n:]*:(?:\s|$)/,
    message: "a key stands among the items of a list",
    help: "indent it as a part of the item before, or write all as a map",
  },
  {
    words: /block-seq-ind on same line with key/,
    message: "a list begins in the line of its key",
    help: "put each `- ` item on a line of its own below the key, or write [a, b]",
  },
  {
    words: /^Unexpected , in flow/,
    message: "a comma with nothing before it",
    help: "remove it, or write before it what is missing",
  },
  {
    words: /flow-(?:map|seq)-end token/,
    help: "remove it, or open the bracket that it is to close",
  },
  {
    words: /^Block scalar header/,
    message: "text stands behind the sign of a block of text",
    help: "begin the text in the next line, indented, or put it in quotes without the sign",
  },
];

/** How much of the text around an error is looked at, in UTF-16 units. */
const AROUND_LENGTH_MAX = 256;

export function wordingOf({ code, message: words, pos }: YAML.YAMLError, text: string): Wording {
  const [start] = pos;
  const before = text.slice(Math.max(0, start - AROUND_LENGTH_MAX), start);
  const behind = text.slice(start, start + AROUND_LENGTH_MAX);
  const known =
    BY_WORDS.find(
      (each) =>
        each.words.test(words) &&
        (each.before?.test(before) ?? true) &&
        (each.behind?.test(behind) ?? true),
    ) ?? BY_CODE[code];
  return { message: known?.message ?? ownWords(words), help: known?.help ?? GENERAL };
}

/** The parser's words, as findings speak. */
function ownWords(words: string): string {
  const own = words
    .replace(/\s+/g, " ")
    .replace(/\.$/, "")
    .replace(/[a-z-]+ token in YAML stream: "(.*)"$/, "`$1`")
    .replace(/^Unexpected .* at node end$/, "More text after the end of a value");
  return own.charAt(0).toLowerCase() + own.slice(1);
}
