/** Makes text of workloads and spec authors safe for a terminal. Pure. */

/** Control characters, and those that change the direction of what stands around them. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

/** The same for files, which must not hold the replacement character either. */
const UNWRITABLE = new RegExp(`${UNSAFE.source}|\ufffd`, "g");

/** Whether it holds a character that a file should have only as an escape; line ends are fine. */
export function isUnwritable(text: string): boolean {
  return text.replaceAll("\n", "").search(UNWRITABLE) >= 0;
}

/** Escapes such characters as in a double-quoted string of YAML or JSON; keeps line ends. */
export function escapeQuoted(text: string): string {
  return text.replace(UNWRITABLE, (char) =>
    char === "\n" ? char : `\\u${hex(char.charCodeAt(0), 4)}`,
  );
}

/** `text` with each unsafe character written as an escape such as `\x1b`. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    return code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** Equal JSON without characters that a terminal acts on. */
export function escapeJson(json: string): string {
  // JSON already escapes those below 0x20 in strings, and uses line ends between tokens.
  return json.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? char : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
