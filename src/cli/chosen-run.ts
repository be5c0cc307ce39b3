/** Which of the runs that are going on a command is about. */

import { escapeText } from "../base/escape.ts";
import { type WatchedRun, watchedRuns } from "../engine/watched-run.ts";

/** The run, or why there is none. */
export function chosenRun(name: string | undefined): WatchedRun | string {
  const runs = watchedRuns();
  const names = runs.map(({ run }) => escapeText(run.name)).join(", ");
  if (name === undefined) {
    const [only, second] = runs;
    if (only === undefined) return "nothing is running";
    return second === undefined ? only : `several are running, name one: ${names}`;
  }
  const chosen = runs.find(({ run }) => run.name === name);
  if (chosen !== undefined) return chosen;
  return `no run has the name "${escapeText(name)}"; ${names === "" ? "nothing is running" : `there are ${names}`}`;
}
