/** Characters that do not show what they do: control characters, turned text, what is no UTF-8. Pure. */

import { escapeText } from "../base/escape.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { ScalarNode } from "./node.ts";

/**
 * YAML allows of control characters tab and line ends alone; U+0085, U+2028 and U+2029 are line ends
 * only to some. Those that turn the direction of text
 * can make it look like another one. U+FFFD is what a decoder makes of bytes that are no UTF-8.
 * Source: YAML 1.2.2, section 5.1; Unicode UAX #9; "Trojan Source", CVE-2021-42574.
 */
const STRANGE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u2028-\u2029\u202a-\u202e\u2066-\u2069\ufffd-\uffff]/g;

/** How many are reported of one file; a file with many is no text. */
const REPORTED_MAX = 8;

export function strangeCharacters(
  file: string,
  text: string,
): { readonly diagnostics: readonly Diagnostic[]; readonly isBinary: boolean } {
  const diagnostics: Diagnostic[] = [];
  for (const { 0: character, index } of text.matchAll(STRANGE)) {
    const span = { file, start: index, end: index + 1 };
    if (character === "\0" || character >= "\ufffd" || diagnostics.length === REPORTED_MAX) {
      const message = "the file is no text, or not in UTF-8";
      const help = "name a YAML file, saved as UTF-8";
      return { diagnostics: [diagnostic("SBX1008", span, message, { help })], isBinary: true };
    }
    const shown =
      character < "\u0100" ? escapeText(character) : `\\u${character.charCodeAt(0).toString(16)}`;
    const what =
      character < "\u0100"
        ? "a control character"
        : character === "\u2028" || character === "\u2029"
          ? "a line break that YAML does not know"
          : "a character that turns the text";
    diagnostics.push(
      diagnostic("SBX1008", span, `${what} stands here as it is`, {
        help: `remove it, or write "${shown}" in double quotes`,
      }),
    );
  }
  return { diagnostics, isBinary: false };
}

/** Blanks that YAML takes as a part of the text: a command copied from a web page has some. */
const BLANKS: Readonly<Record<string, string>> = {
  "\u00a0": "a no-break space",
  "\u200b": "a space of no width",
  "\u202f": "a narrow no-break space",
  "\u3000": "an ideographic space",
  "\ufeff": "a byte order mark",
};

const BLANK = "[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]";

/** Where one of them stands as if it separated something: at the start, or behind a sign of YAML. */
const SEPARATING = new RegExp(`^[ \t]*${BLANK}|[:,[{-][ \t]*${BLANK}`);

const ANYWHERE = new RegExp(BLANK);

/** A finding about `source`, which begins at `start` and is wrong somehow; null where it has none. */
export function strangeBlank(file: string, start: number, source: string): Diagnostic | null {
  const match = SEPARATING.exec(source);
  return match === null ? null : blankAt(file, start + match.index, match[0]);
}

/** The same for a command: without quotes around it, a blank there is to part two words. */
export function strangeBlankInWords({ span, source, value }: ScalarNode): Diagnostic | null {
  if (typeof value !== "string" || /["'\\]/.test(value)) return null;
  const match = ANYWHERE.exec(source);
  return match === null ? null : blankAt(span.file, span.start + match.index, match[0]);
}

/** `text` ends with the blank. */
function blankAt(file: string, start: number, text: string): Diagnostic {
  const at = start + text.length - 1;
  const character = text.at(-1) ?? "";
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const name = BLANKS[character] ?? "an unusual space";
  const span = { file, start: at, end: at + 1 };
  return diagnostic("SBX1008", span, `${name} stands here, which separates nothing`, {
    label: `U+${code}`,
    notes: ["YAML and a command take it as a part of the text"],
    help: "write an ordinary space",
  });
}
