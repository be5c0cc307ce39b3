/** Finds shell syntax in a command that runs without a shell. Pure. */

export interface ShellSign {
  readonly sign: string;
  /** Range in the command. */
  readonly start: number;
  readonly end: number;
}

/** Words that a shell reads as operators. Source: POSIX Shell, section 2.10. */
const OPERATOR = /^(?:\|\|?|&&?|;|\d?>>?|\d?<|&>|\d?>&\d)$/;
/** The same, joined with the file's name. */
const REDIRECTION = /^(?:\d?>>?|&>|<)[A-Za-z0-9_./~&-]+$/;
const VARIABLE = /\$[A-Za-z_{(]/;
const HOME = /^~(?:\/|$)/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;
/** Commands that exist only inside a shell. Source: dash(1). */
export const SHELL_ONLY: ReadonlySet<string> = new Set(
  ". : alias bg case cd continue break eval exec exit export fg for getopts hash if jobs local read readonly return set shift source times trap type ulimit umask unalias unset until wait while { (".split(
    " ",
  ),
);

/** Signs that are named of one command. */
const SIGN_COUNT_MAX = 4;

const NO_SIGNS: readonly ShellSign[] = [];

/** The first signs outside of quotes; none: the command is a program with arguments. */
export function shellSignsIn(text: string): readonly ShellSign[] {
  // Most commands have none of these characters.
  if (!/[|&;<>$~=({]/.test(text) && !SHELL_ONLY.has(/^\S*/.exec(text)?.[0] ?? "")) return NO_SIGNS;
  const signs: ShellSign[] = [];
  let isFirst = true;
  for (const { word, start, end } of bareWords(text)) {
    if (actsOn(word, isFirst)) {
      const written = text.slice(start, end);
      const sign = written.length > 24 ? `${written.slice(0, 24)}…` : written;
      signs.push({ sign, start, end });
      if (signs.length === SIGN_COUNT_MAX) break;
    }
    isFirst = false;
  }
  return signs;
}

function actsOn(word: string, isFirst: boolean): boolean {
  if (isFirst && (ASSIGNMENT.test(word) || SHELL_ONLY.has(word))) return true;
  if (OPERATOR.test(word) || REDIRECTION.test(word)) return true;
  return VARIABLE.test(word) || HOME.test(word) || (word.length > 1 && word.endsWith(";"));
}

/** Words as written, with quoted and escaped parts replaced by NUL. */
function* bareWords(text: string): Generator<{ word: string; start: number; end: number }> {
  for (const match of text.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/gs)) {
    const word = match[0].replace(/"(?:[^"\\]|\\.)*"|'[^']*'|\\./gs, "\0");
    yield { word, start: match.index, end: match.index + match[0].length };
  }
}
