/** Making text that a workload or a spec's author chose safe for a terminal. Pure. */

/** Control characters, and those that change the direction of what stands around them. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

/** The same in a file, which must not hold the sign of bytes that are no text either. */
const UNWRITABLE = new RegExp(`${UNSAFE.source}|\ufffd`, "g");

/** Whether there is anything in it that a file should only have as an escape; line ends may be. */
export function isUnwritable(text: string): boolean {
  return text.replaceAll("\n", "").search(UNWRITABLE) >= 0;
}

/** Such characters as a double-quoted string of YAML or JSON has them; line ends stay. */
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

/** JSON that means the same, with nothing in it that a terminal acts on. */
export function escapeJson(json: string): string {
  // JSON itself escapes the first of them in texts, and has line ends between them.
  return json.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? char : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
