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

/**
 * Characters that YAML and a command take as a part of the text, with what was meant: a command copied
 * from a web page, or typed with another keyboard, has some.
 */
const LOOK_ALIKES: Readonly<Record<string, readonly [name: string, meant: string]>> = {
  "\u00a0": ["a no-break space", "an ordinary space"],
  "\u200b": ["a space of no width", "an ordinary space"],
  "\u202f": ["a narrow no-break space", "an ordinary space"],
  "\u3000": ["an ideographic space", "an ordinary space"],
  "\ufeff": ["a byte order mark", "an ordinary space"],
  "\uff1a": ["a fullwidth colon", "a colon and a space"],
  "\uff0c": ["a fullwidth comma", "a comma and a space"],
  "\u2018": ["a typographic quote", "a straight quote"],
  "\u2019": ["a typographic quote", "a straight quote"],
  "\u201c": ["a typographic quote", "a straight quote"],
  "\u201d": ["a typographic quote", "a straight quote"],
};
const UNUSUAL = ["an unusual space", "an ordinary space"] as const;

const BLANK = "[\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000\\ufeff]";

/** Where one of them stands as if it separated something: at the start, or behind a sign of YAML. */
const SEPARATING = new RegExp(`^[ \\t]*${BLANK}|[:,[{-][ \\t]*${BLANK}|[\\uff1a\\uff0c]`);
/** In a command any blank, and a quote around its program. */
const IN_WORDS = new RegExp(`${BLANK}|^[\\u2018-\\u201d]`);

/** A finding about `source`, which begins at `start` and is wrong somehow; null where it has none. */
export function lookAlike(file: string, start: number, source: string): Diagnostic | null {
  const match = SEPARATING.exec(source);
  return match === null ? null : lookAlikeAt(file, start + match.index, match[0]);
}

/** The same for a command: without quotes around it, such a character was to part two words. */
export function lookAlikeInWords({ span, source, value }: ScalarNode): Diagnostic | null {
  if (typeof value !== "string" || /["'\\]/.test(value)) return null;
  const match = IN_WORDS.exec(source);
  return match === null ? null : lookAlikeAt(span.file, span.start + match.index, match[0]);
}

/** `text` ends with the character. */
function lookAlikeAt(file: string, start: number, text: string): Diagnostic {
  const at = start + text.length - 1;
  const character = text.at(-1) ?? "";
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const [name, meant] = LOOK_ALIKES[character] ?? UNUSUAL;
  const span = { file, start: at, end: at + 1 };
  return diagnostic("SBX1008", span, `${name} stands here, which is a part of the text`, {
    label: `U+${code}`,
    notes: ["to YAML and to commands it is a letter like others"],
    help: `write ${meant}`,
  });
}
