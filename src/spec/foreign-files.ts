/** SBX2013: a whole file of another tool, which one finding shows the way over from. Pure. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { definitions } from "./definitions.ts";
import type { Tool } from "./foreign-words.ts";
import { entriesOf, entryOf, type Node } from "./node.ts";
import { nearest } from "./suggest.ts";

export interface ForeignFile {
  /** As in "this is …, not a spec". */
  readonly name: string;
  /** Whose words it has; null: no table has them. */
  readonly tool: Tool | null;
  /** What becomes of it, behind "begin with `sandbox: NAME`". */
  readonly help: string;
  /** The range in the text by which it is known; null: it is none. */
  readonly sign: (text: string, root: Node | null) => Range | null;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A key of the file itself, known by its column where the file has mistakes. */
function key(...names: readonly string[]): ForeignFile["sign"] {
  return (text, root) => {
    const spans = names.map((name) => {
      const own = entryOf(root, name)?.keySpan ?? null;
      if (own !== null || root !== null) return own;
      const at = text.search(new RegExp(`^"?${name}"?:(?:\\s|$)`, "m"));
      return at < 0 ? null : { start: at, end: at + name.length };
    });
    return spans.includes(null) ? null : (spans[0] ?? null);
  };
}

/** The first line that is neither empty nor a comment. */
function line(pattern: RegExp): ForeignFile["sign"] {
  return (text) => {
    const first = /^(?!\s*(?:[#;](?!!)|$)).*$/m.exec(text);
    if (first === null || !pattern.test(first[0].trim())) return null;
    return { start: first.index, end: first.index + first[0].trimEnd().length };
  };
}

/** Processes as ours, with a command by another name. */
function processesWithCommand(_: string, root: Node | null): Range | null {
  const commands = entriesOf(entryOf(root, "processes")?.value ?? null).map(({ value }) =>
    entryOf(value, "command"),
  );
  return commands.find((each) => each !== null)?.keySpan ?? null;
}

const PROC_LINE = /^([A-Za-z0-9_-]+):[ \t].*[A-Za-z].*$/;

/** `NAME: COMMAND` in each line, where no name is one of a spec's fields. */
function procfile(text: string): Range | null {
  const lines = text.split("\n").filter((each) => !/^\s*(?:#|$)/.test(each));
  const names = lines.map((each) => PROC_LINE.exec(each.trimEnd())?.[1] ?? null);
  const fields = Object.keys(definitions["Spec"]?.properties ?? {});
  const isOne = names.every(
    (name) => name !== null && !fields.includes(name) && nearest(name, ["sandbox"]) === null,
  );
  const first = names[0];
  if (!isOne || !first) return null;
  const start = text.search(new RegExp(`^${first}:`, "m"));
  return { start, end: start + first.length };
}

const EACH_SCRIPT = "and write each script as a process: `processes: {NAME: {shell: SCRIPT}}`";

/** The first that has its sign is meant. */
export const FOREIGN_FILES: readonly ForeignFile[] = [
  {
    name: "a Compose file",
    tool: "compose",
    help: "and write each of `services` as a process: `processes: {NAME: {run: PROGRAM}}`",
    sign: key("services"),
  },
  {
    name: "a Kubernetes manifest",
    tool: "kubernetes",
    help: "and write each container as a process: `processes: {NAME: {run: PROGRAM}}`",
    sign: key("apiVersion", "kind"),
  },
  {
    name: "an OCI config.json",
    tool: "oci",
    help: "and write `process` as a process: `processes: {NAME: {run: [PROGRAM, ARGUMENT]}}`",
    sign: key("ociVersion"),
  },
  {
    name: "a process-compose file",
    tool: "process-compose",
    help: "and in each process write `run` or `shell` for `command`",
    sign: processesWithCommand,
  },
  {
    name: "a systemd unit",
    tool: "systemd",
    help: "and write `ExecStart` as a process: `processes: {NAME: {run: PROGRAM}}`",
    sign: line(
      /^\[(?:Unit|Service|Install|Socket|Timer|Path|Mount|Slice|Scope|Container|Pod|Kube)\]$/,
    ),
  },
  {
    name: "a supervisord file",
    tool: "other",
    help: "and write each program as a process: `processes: {NAME: {run: PROGRAM}}`",
    sign: line(/^\[(?:supervisord|unix_http_server|inet_http_server|program:.*)\]$/),
  },
  {
    name: "a Dockerfile",
    tool: null,
    help: "and write CMD as a process: `processes: {NAME: {run: PROGRAM}}`; there are no images",
    sign: line(/^(?:FROM|ARG) +\S+(?: +AS +\S+)?$/i),
  },
  {
    name: "a bubblewrap command",
    tool: "bubblewrap",
    help: "and write the program as a process: `processes: {NAME: {run: PROGRAM}}`",
    sign: line(/^(?:(?:exec )?bwrap\s|--(?:unshare|(?:ro-|dev-)?bind|proc|dev|tmpfs|args)\b)/),
  },
  {
    name: "a workflow",
    tool: null,
    help: EACH_SCRIPT,
    sign: key("jobs", "on"),
  },
  {
    name: "a script",
    tool: null,
    help: EACH_SCRIPT,
    sign: line(/^#!/),
  },
  {
    name: "a Procfile",
    tool: null,
    help: "and indent these lines below `processes:`; a line that needs a shell is `NAME: {shell: SCRIPT}`",
    sign: procfile,
  },
];

/** Null for a file that is meant as a spec. `root` is null where the YAML has mistakes. */
export function foreignFile(file: string, text: string, root: Node | null): Diagnostic | null {
  if (entryOf(root, "sandbox") !== null || /^"?sandbox"?:/m.test(text)) return null;
  for (const { name, tool, help, sign } of FOREIGN_FILES) {
    const range = sign(text, root);
    if (range === null) continue;
    const words = tool === null || tool === "other" ? "" : `; docs/coming-from.md#${tool} has more`;
    return diagnostic("SBX2013", { file, ...range }, `this is ${name}, not a spec`, {
      help: `begin with \`sandbox: NAME\`, ${help}${words}`,
    });
  }
  return null;
}
