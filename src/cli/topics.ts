/** What `sandbox help TOPIC` explains beside the commands. Pure. */

import { EXIT, EXIT_MEANINGS } from "../base/exit-codes.ts";
import { definitions } from "../spec/definitions.ts";
import { ENVIRONMENT } from "./environment.ts";

export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly text: () => string;
}

const COLUMNS = 80;

/** Two columns, the second wrapped at spaces. */
function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([term]) => term.length)) + 2;
  return pairs
    .map(([term, meaning]) => {
      const lines: string[] = [""];
      for (const word of meaning.replaceAll("`", "").split(" ")) {
        const line = lines.at(-1) ?? "";
        if (line !== "" && width + 2 + line.length + 1 + word.length > COLUMNS) lines.push(word);
        else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
      }
      return `  ${term.padEnd(width)}${lines.join(`\n  ${" ".repeat(width)}`)}`;
    })
    .join("\n");
}

function fieldsOf(part: string): (readonly [string, string])[] {
  const fields = Object.entries(definitions[part]?.properties ?? {});
  return fields.map(([name, { description = "" }]) => {
    const end = description.search(/\.(\s|$)/);
    return [name, end < 0 ? description : description.slice(0, end)] as const;
  });
}

export const TOPICS: readonly Topic[] = [
  {
    name: "exit-codes",
    summary: "what the command's exit code says",
    text: () =>
      rows(
        Object.entries(EXIT).map(
          ([name, code]) => [String(code), EXIT_MEANINGS[name as keyof typeof EXIT]] as const,
        ),
      ),
  },
  {
    name: "environment",
    summary: "variables that are read",
    text: () => rows(ENVIRONMENT),
  },
  {
    name: "levels",
    summary: "why a process has several PIDs, and how reports show them",
    text: () => `A process in a PID namespace has a PID there, and one in every namespace around
it, up to the host's. Reports call these levels: L0 is the host, L1 the
outermost sandbox, and so on; at most 32 are nested. A dot means that no process
of that level can see it.

PIDs from L1 on are planned: the same spec gives the same numbers in each run.
Those of L0 are the host's. \`pids: {NAME: NUMBER}\` in a spec asks for a number
at one level, and \`sandbox plan FILE\` shows them all before anything starts.

\`sandbox pid N\` looks up any process of the host, \`sandbox pid N --from PATH\`
the process that is PID N in a sandbox. See pid_namespaces(7).`,
  },
  {
    name: "spec",
    summary: "the fields of a spec",
    text: () => `A spec is a YAML file of one sandbox: its name, processes, and nested sandboxes.

A sandbox:
${rows(fieldsOf("Spec"))}

A process, which may also be the text or list of its command alone:
${rows(fieldsOf("ProcessMap"))}

\`sandbox init NAME\` writes a commented spec to begin with, \`sandbox schema\`
prints the schema for editors; man 5 sandbox has every field in full.`,
  },
];
