/** The last line of `sandbox doctor`: what this host can do for its user. Pure. */

export interface Finding {
  readonly feature: string;
  readonly ok: boolean;
  /** What was seen; for a failure the reason and what to do. */
  readonly detail: string;
}

/** `usual`: the features that a spec needs which says nothing of namespaces. */
export function doctorVerdict(findings: readonly Finding[], usual: readonly string[]): string {
  const working = new Set(findings.flatMap(({ feature, ok }) => (ok ? [feature] : [])));
  const refused = [...new Set(findings.flatMap(({ feature, ok }) => (ok ? [] : [feature])))];
  if (refused.length === 0) return "here sandboxes have all that they can have";
  const list = refused.join("; ");
  if (usual.every((feature) => working.has(feature)))
    return `here sandboxes run, but not all: ${list}`;
  return usual.some((feature) => working.has(feature))
    ? `here only sandboxes run that inherit what is refused: ${list}`
    : `here no sandbox runs: the first "no" is what to mend first`;
}
