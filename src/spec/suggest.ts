/** "Did you mean": the nearest of the names that would have been right. Pure. */

import { distance } from "fastest-levenshtein";

/** Letters of a word that can stand for a longer one, such as `int`. */
const SHORT_LENGTH_MIN = 3;

/** Null where nothing is near: more than a third of the letters would have to change. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.round(name.length / 3) + 1;
  const lower = name.toLowerCase();
  for (const candidate of known) {
    // As many letters as one is longer have to change at least.
    const isFar = Math.abs(candidate.length - name.length) >= least;
    if (isFar && !candidate.startsWith(lower)) continue;
    const isShort =
      name.length >= SHORT_LENGTH_MIN && candidate.startsWith(lower) && candidate !== lower;
    const far =
      isShort || isSwapped(lower, candidate) ? 1 : distance(lower, candidate.toLowerCase());
    if (far < least) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/** Whether two neighbouring letters changed places. */
function isSwapped(name: string, other: string): boolean {
  if (name.length !== other.length) return false;
  let at = 0;
  while (at < name.length && name[at] === other[at]) at++;
  const isTurned = name[at] === other[at + 1] && name[at + 1] === other[at];
  return isTurned && at + 1 < name.length && name.slice(at + 2) === other.slice(at + 2);
}

/** Text under the carets; empty where nothing is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === null ? "" : `did you mean "${near}"?`;
}
