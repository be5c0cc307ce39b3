/** Text for terminals that know no UTF-8, as wide as it was. Pure. */

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

/** Our own signs by their likes; any other character by as many `?` as it has columns. */
export function asciiText(text: string): string {
  return text.replace(/[^\u0000-\u007f]+/g, (signs) =>
    [...signs].map((sign) => SIGNS[sign] ?? "?".repeat(Bun.stringWidth(sign))).join(""),
  );
}
