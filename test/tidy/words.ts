/** Words of our own that the code must not use, each with the field's word for it. */

import { commentsOf, partsOf, type Source } from "./source.ts";

interface Ban {
  readonly use: string;
  /** Banned in identifiers alone: in prose the word is plain English. */
  readonly identifiersOnly?: true;
}

/** By the banned word, in lower case. Its compounds count too: `boxPath`, `has_box`. */
export const BANNED: Readonly<Record<string, Ban>> = {
  box: { use: "sandbox" },
  boxes: { use: "sandboxes" },
  decide: { use: "schedule, run_state", identifiersOnly: true },
  settle: { use: "reconcile, drain, become" },
  bell: { use: "notify_up, notify_down" },
  gate: { use: "start_barrier" },
  joiner: { use: "ns_helper" },
  told: { use: "notified, reported, printed" },
  tell: { use: "report, show, print" },
  tells: { use: "reports, shows, prints" },
  teller: { use: "source" },
  news: { use: "pending_events" },
  judge: { use: "classify" },
  wish: { use: "options, request" },
  wished: { use: "requested" },
  wishes: { use: "requests" },
  seen: { use: "visited, observed", identifiersOnly: true },
  room: { use: "buffer, capacity, columns" },
  rooms: { use: "buffers" },
  spaces: { use: "namespaces", identifiersOnly: true },
  place: { use: "span, offset, operand, bucket, index", identifiersOnly: true },
  places: { use: "spans, offsets, buckets", identifiersOnly: true },
  where: { use: "field_id, span, path", identifiersOnly: true },
  wheres: { use: "fields" },
  found: { use: "diagnostics, or what it holds", identifiersOnly: true },
  mend: { use: "fix, correct" },
  mends: { use: "corrections" },
  mended: { use: "corrected" },
  hole: { use: "error node, poisoned" },
  holes: { use: "error nodes" },
  lost: { use: "unresolved, dropped, closed", identifiersOnly: true },
  strangers: { use: "unknown keys, undeclared processes" },
  surroundings: { use: "compile inputs, report context" },
  fold: { use: "collapse, generalise, dedupe" },
  folded: { use: "collapsed, generalised, deduped" },
  rehearsal: { use: "dry run" },
  rehearse: { use: "dry run" },
  astray: { use: "renumbered" },
  teach: { use: "add help" },
  lesson: { use: "help entry" },
  resident: { use: "nested helper", identifiersOnly: true },
};

/** Uses of a banned word that stay, in files that match `files`. */
interface Exception {
  readonly word: string;
  /** A whole identifier, or a word of a comment. */
  readonly use: RegExp;
  readonly files: RegExp;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    word: "box",
    use: /^box(Count|Title|_INDENT)?$|^boxes$/i,
    files: /^src\/report\/(svg|svg-\w+|html|html-look|graph)\.ts$|^test\/report\/formats/,
    reason: "a box of a picture, as CSS and Graphviz name it",
  },
  {
    word: "box",
    use: /^TypeBox$/,
    files: /^src\/spec\//,
    reason: "the name of a library",
  },
  {
    word: "found",
    use: /^found$/,
    files: /^src\/report\/(verdict|canonical|schema)\.ts$|^test\/(cli\/verdict|report)/,
    reason: "the key of a failed expectation in the JSON report",
  },
  {
    word: "lost",
    use: /^(lost|output_lost)$/,
    files: /^src\/report\/|^test\/(cli|native|report)\//,
    reason: "`tracer.lost` and `output_lost`, keys of the JSON report",
  },
  {
    word: "lost",
    use: /^SLOT_FLAG_OUTPUT_LOST$/,
    files: /^native\/(run|core)\//,
    reason: "the flag behind the report's `output_lost`",
  },
  {
    word: "folded",
    use: /^(folded|foldedText|folded_text|BLOCK_FOLDED)$/i,
    files: /^src\/spec\/(folded-text|format)\.ts$|^test\/spec\/folded-text/,
    reason: "YAML's name for text behind `>`",
  },
  {
    word: "spaces",
    use: /^insertSpaces$/,
    files: /^test\/cli\/lsp/,
    reason: "an option of the Language Server Protocol",
  },
];

/** Findings as `path: word`, once for each use. */
export function bannedWords({ path, text }: Source): { readonly word: string; path: string }[] {
  const inCode = partsOf(text)
    .filter(({ kind }) => kind === "code")
    .flatMap((part) => banned(part.text, path));
  const inComments = commentsOf(text)
    .flatMap((comment) => banned(comment, path))
    .filter((word) => !BANNED[word]?.identifiersOnly);
  const name = path.split("/").at(-1)?.split(".")[0] ?? "";
  const inName = banned(name.replaceAll("-", "_"), path);
  return [...inCode, ...inComments, ...inName].map((word) => ({ word, path }));
}

function banned(text: string, path: string): string[] {
  return (text.match(/[A-Za-z_]+/g) ?? []).flatMap((use) =>
    wordsOf(use).filter((word) => Object.hasOwn(BANNED, word) && !isException(word, use, path)),
  );
}

/** Whether an exception of this word, or of its singular, covers the use. */
function isException(word: string, use: string, path: string): boolean {
  return EXCEPTIONS.some(
    (each) =>
      (each.word === word || (each.word === "box" && word === "boxes")) &&
      each.use.test(use) &&
      each.files.test(path),
  );
}

/** `boxPath_of` holds box, path and of. */
function wordsOf(text: string): string[] {
  return (text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
}

/** Comments whose first word is "Of": they have no subject. */
export function fragments({ text }: Source): string[] {
  return commentsOf(text).filter((comment) => /^(?:\/\*\*?|\/\/)[\s*]*Of\b/.test(comment));
}
