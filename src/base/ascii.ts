/** Text for terminals without UTF-8, of the same width. Pure. */

const SIGNS: Readonly<Record<string, string>> = {
  "·": ".",
  "…": "~",
  "├": "|",
  "└": "`",
  "│": "|",
  "─": "-",
  "▏": "_",
  "↑": "^",
  "↓": "v",
};

/** Replaces our own signs with similar ones, and any other character with a `?` for each column. */
export function asciiText(text: string): string {
  return text.replace(/[^\u0000-\u007f]+/g, (signs) =>
    [...signs].map((sign) => SIGNS[sign] ?? "?".repeat(Bun.stringWidth(sign))).join(""),
  );
}
