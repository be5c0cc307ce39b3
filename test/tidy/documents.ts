/** Rules about text files that are no code: the changelog, and paths of one machine. */

import type { Source } from "./source.ts";

/** Longest entry of the changelog, in characters. */
export const ENTRY_LENGTH_MAX = 1_000;

/** What is wrong with the shape of a changelog; empty: nothing. */
export function changelogFaults(text: string): string[] {
  const lines = text.split("\n");
  const faults: string[] = [];
  if (lines[0] !== "# Changelog") faults.push("line 1 is not `# Changelog`");
  if (lines[2] !== "## Unreleased") faults.push("line 3 is not `## Unreleased`");
  for (const [index, line] of lines.entries()) {
    const isHeading = /^# Changelog$|^## (?:Unreleased|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d)$/.test(
      line,
    );
    if (line === "" || isHeading || /^(?:- | {2})\S/.test(line)) continue;
    faults.push(`line ${index + 1} is no heading, entry or continuation: ${line}`);
  }
  for (const entry of text.split(/\n(?=- |#|\n)/).filter((part) => part.startsWith("- "))) {
    if (entry.length > ENTRY_LENGTH_MAX) faults.push(`too long for a user: ${entry.slice(0, 60)}…`);
    if (!/[.)]$/.test(entry.trimEnd())) faults.push(`no full stop: ${entry.slice(0, 60)}…`);
  }
  return faults;
}

/** Folders in which only one machine keeps things; a product that names one works nowhere else. */
const MACHINE_PATHS = /(?<![\w.~-])\/(?:home\/(?!you\b|user\b|\$)[a-z][\w-]*|Users\/\w+)\//;

export function machinePaths({ path, text }: Source): string[] {
  return text
    .split("\n")
    .flatMap((line, index) => (MACHINE_PATHS.test(line) ? [`${path}:${index + 1}`] : []));
}
