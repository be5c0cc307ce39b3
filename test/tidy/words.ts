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

/** Phrases of plain English that hold a banned word. */
const PHRASES = /\bman(?:y|ifold)\b|\bwithfolded\b/gi;

/** Findings as `path: word`, once for each use. */
export function bannedWords(source: Source): { readonly word: string; readonly path: string }[] {
  const { path, text } = source;
  const inCode = partsOf(text)
    .filter(({ kind }) => kind === "code")
    .flatMap((part) => wordsOf(part.text))
    .filter((word) => Object.hasOwn(BANNED, word));
  const inComments = commentsOf(text)
    .flatMap((comment) => wordsOf(comment.replace(PHRASES, "")))
    .filter((word) => BANNED[word] !== undefined && !BANNED[word].identifiersOnly);
  const name = path.split("/").at(-1)?.split(".")[0] ?? "";
  const inName = wordsOf(name.replaceAll("-", "_")).filter((word) => Object.hasOwn(BANNED, word));
  return [...inCode, ...inComments, ...inName].map((word) => ({ word, path }));
}

/** `boxPath_of` holds box, path and of. */
function wordsOf(text: string): string[] {
  return (text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
}

/** Comments whose first word is "Of": they have no subject. */
export function fragments({ text }: Source): string[] {
  return commentsOf(text).filter((comment) => /^(?:\/\*\*?|\/\/)[\s*]*Of\b/.test(comment));
}
