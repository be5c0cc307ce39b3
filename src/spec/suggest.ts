/** "Did you mean": the nearest of the names that would have been right. Pure. */

import { distance } from "fastest-levenshtein";

/** Null where nothing is near: more than a third of the letters would have to change. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.round(name.length / 3)) + 1;
  for (const candidate of known) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase());
    if (far < least) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/** Text under the carets; empty where nothing is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === null ? "" : `did you mean "${near}"?`;
}
