/** Characters that do not show what they do: control characters, turned text, what is no UTF-8. Pure. */

import { escapeText } from "../base/escape.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";

/**
 * YAML allows of control characters tab and line ends alone. Those that turn the direction of text
 * can make it look like another one. U+FFFD is what a decoder makes of bytes that are no UTF-8.
 * Source: YAML 1.2.2, section 5.1; Unicode UAX #9; "Trojan Source", CVE-2021-42574.
 */
const STRANGE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u061c\u202a-\u202e\u2066-\u2069\ufffd-\uffff]/g;

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
    const what = character < "\u0100" ? "a control character" : "a character that turns the text";
    diagnostics.push(
      diagnostic("SBX1008", span, `${what} stands here as it is`, {
        help: `remove it, or write "${shown}" in double quotes`,
      }),
    );
  }
  return { diagnostics, isBinary: false };
}
