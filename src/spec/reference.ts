/** Prints `docs/spec.md`: every field with its type, default and example, from the schema. Pure. */

import { branchesOf, type SchemaPart } from "./definitions.ts";

const INTRODUCTION = `<!-- Generated from src/spec/schema.ts by \`npm run gen\`; do not edit. -->
# The spec language

A file is one sandbox. YAML 1.2, core schema; at most 16 MiB; duplicate keys are errors. Keys that
begin with \`x-\` are yours in every map; every other unknown key is an error. An absent key has the
default below; an empty list or map means none. Control characters and those that turn the direction
of text are written as escapes, in double quotes.

## Values

| value | written as |
| --- | --- |
| duration | number and unit, also several: \`250ms\`, \`5s\`, \`2m\`, \`1h\`, \`1m30s\` |
| size | \`64K\`, \`256M\`, \`1G\`, or bytes |
| signal | name as in signal(7), with or without SIG, or number |
| command | a list of words, or text that is split into words as a shell would, without a shell: for pipes, \`&&\`, \`$NAME\` and built-in commands there is \`shell\` |
| path of a process | \`web\`, \`outer/web\`, a copy \`web.2\`, an init \`outer/init\`; looked up in the sandbox first, then outwards |

## Expressions

\`\${name}\` stands for a parameter in any text but keys. Between the braces stand names, integers,
\`+ - * / %\` and parentheses; division cuts towards zero. Text that is one expression and nothing
else takes its type, so \`replicas: "\${count}"\` is a number, and is text where a field wants text.
\`$\${\` is a literal \`\${\`. \`replica\` and \`nest\` are the number, from 1, of the copy that \`replicas\` and
\`nest\` make; of copies in copies it is the innermost one's.

Values are put in before a \`run\` of text is split into words, so one with blanks or quotes in it makes
several: in a list each item stays one argument. In \`shell\` a value becomes part of the script; pass
what is not your own by \`env\`, and write \`"$NAME"\`.

## Templates

\`use: [a, b]\` merges templates under a node: maps deep, all else replaced; what the node says itself
wins, then \`b\`, then \`a\`. \`run\` and \`shell\` displace each other; \`stdin\`, \`stdout\` and \`stderr\` are
replaced as a whole. A template may use others. \`include\` brings the templates of other files, which
hold \`templates\`, \`include\` and nothing else, can be checked by themselves, and are each read once.
They are regular files at or below the spec's folder, or in the Git repository that holds it, wherever
links lead; \`--allow-include DIR\` opens another folder. A spec may include 1,000 files of 16 MiB in all.

## Matrix

\`matrix: {depth: [1, 5]}\` names values of parameters. \`check\` tries each value of each parameter at
least once; a run takes the first of each, unless \`--param\` says otherwise. At most 10,000 cases.
`;

const SAME = "The fields of a file but `sandbox`, `params`, `include`, `templates` and `matrix`.";

const TITLES: Readonly<Record<string, string>> = {
  Spec: "A file",
  Sandbox: "A nested sandbox",
  ProcessMap: "A process",
  Param: "A parameter",
  Library: "An included file",
};

/** The whole file, with a final newline. `definitions` as in `schema.ts`. */
export function referenceText(definitions: Readonly<Record<string, unknown>>): string {
  const sections = Object.entries(TITLES).map(([name, title]) => {
    const part = definitions[name] as SchemaPart;
    if (name === "Sandbox") return `## ${title}\n\n${SAME}\n`;
    return `## ${title}\n\n${part.description ?? ""}\n\n${fieldsText(part, 3)}`;
  });
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

/** A table of the fields, then one more for each field that is a map of its own. */
function fieldsText(part: SchemaPart, depth: number): string {
  const fields = Object.entries(part.properties ?? {});
  const required = new Set(part.required ?? []);
  const rows = fields.map(([name, field]) => {
    const { description = "", default: fallback, examples = [] } = field;
    const text = required.has(name) ? `Required. ${description}` : description;
    const shown = fallback === undefined ? "" : code(fallback);
    return `| \`${name}\` | ${typeText(field)} | ${shown} | ${cell(text)} | ${examples.map(code).join(" ")} |`;
  });
  const table = `| field | type | default | what it is | example |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  const nested = fields.flatMap(([name, field]) => {
    const own = nestedMap(field);
    if (own === null || depth > 4) return [];
    return [`\n${"#".repeat(depth)} \`${name}\`\n\n${fieldsText(own, depth + 1)}`];
  });
  return table + nested.join("");
}

/** The record of named fields that a field takes, directly, in a list or by name. */
function nestedMap(field: SchemaPart): SchemaPart | null {
  if (field.$ref !== undefined) return null;
  const branches = branchesOf(field);
  for (const branch of branches) {
    if (branch.properties !== undefined) return branch;
    const inner = branch.items ?? recordOf(branch);
    if (inner !== null && inner.$ref === undefined) {
      const own = branchesOf(inner).find(({ properties }) => properties !== undefined);
      if (own !== undefined) return own;
    }
  }
  return null;
}

function recordOf(branch: SchemaPart): SchemaPart | null {
  const others = Object.entries(branch.patternProperties ?? {}).find(([key]) => key !== "^x-");
  return others?.[1] ?? null;
}

function typeText(field: SchemaPart): string {
  if (field.$ref !== undefined) return namedType(field.$ref);
  const texts = branchesOf(field).map((branch) => branchText(branch));
  return [...new Set(texts)].join(" or ");
}

function namedType(name: string): string {
  const title = TITLES[name];
  if (name === "Process") return "[process](#a-process), text or list";
  if (title === undefined) return name.toLowerCase();
  return `[${title.replace(/^An? /, "")}](#${title.toLowerCase().replaceAll(" ", "-")})`;
}

function branchText(branch: SchemaPart): string {
  if (branch.enum !== undefined) return branch.enum.map((value) => code(value)).join(" ");
  switch (branch.type) {
    case "string":
      return "text";
    case "integer":
      return rangeText("integer", branch);
    case "number":
      return rangeText("number", branch);
    case "boolean":
      return "`true` `false`";
    case "null":
      return "`null`";
    case "array":
      return `list of ${branch.items === undefined ? "anything" : typeText(branch.items)}`;
    default: {
      const values = recordOf(branch);
      return values === null ? "map" : `map by name of ${typeText(values)}`;
    }
  }
}

function rangeText(name: string, { minimum, maximum }: SchemaPart): string {
  if (minimum === undefined) return name;
  return maximum === undefined ? `${name} from ${minimum}` : `${name} ${minimum} to ${maximum}`;
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
