/** What a diagnostic's "did you mean" writes instead of what is written. Pure. */

const MEANT = /did you mean ["`]([^"`\n]+)["`]\?/;

/** `written` is the text that the diagnostic is about; null where it suggests nothing. */
export function correctionOf(message: string, written: string): string | null {
  const meant = MEANT.exec(message)?.[1];
  if (meant === undefined) return null;
  const quote = /^(["']).*\1$/s.exec(written)?.[1] ?? "";
  return `${quote}${meant}${quote}`;
}
