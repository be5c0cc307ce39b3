/** Every field with its type, default and example, from the schema, and `docs/spec.md`. Pure. */

import { branchesOf, type SchemaPart } from "./definitions.ts";

const GENERATED = "<!-- Generated from src/spec/schema.ts by `npm run gen`; do not edit. -->";

/** Markdown, with a title for each part but the first. */
export const INTRODUCTION = `A file is one sandbox. YAML 1.2, core schema; at most 16 MiB; duplicate keys are errors. Keys that
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

/** A field as documents show it: types, values and texts in Markdown. */
export interface FieldEntry {
  readonly name: string;
  readonly type: string;
  /** As code; "" for none. */
  readonly fallback: string;
  readonly description: string;
  /** As code, each. */
  readonly examples: readonly string[];
  /** Those of the map that it takes, where that names its own. */
  readonly fields: readonly FieldEntry[];
}

export interface ReferenceSection {
  readonly title: string;
  readonly text: string;
  readonly fields: readonly FieldEntry[];
}

/** A section for each kind of map. `definitions` as in `schema.ts`. */
export function referenceSections(
  definitions: Readonly<Record<string, unknown>>,
): ReferenceSection[] {
  return Object.entries(TITLES).map(([name, title]) => {
    const part = definitions[name] as SchemaPart;
    if (name === "Sandbox") return { title, text: SAME, fields: [] };
    return { title, text: part.description ?? "", fields: fieldsOf(part, 3) };
  });
}

/** The whole file, with a final newline. `definitions` as in `schema.ts`. */
export function referenceText(definitions: Readonly<Record<string, unknown>>): string {
  const sections = referenceSections(definitions).map(({ title, text, fields }) => {
    const table = fields.length > 0 ? `\n${fieldsText(fields, 3)}` : "";
    return `## ${title}\n\n${text}\n${table}`;
  });
  return `${GENERATED}\n# The spec language\n\n${INTRODUCTION}\n${sections.join("\n")}`;
}

function fieldsOf(part: SchemaPart, depth: number): FieldEntry[] {
  const required = new Set(part.required ?? []);
  return Object.entries(part.properties ?? {}).map(([name, field]) => {
    const { description = "", default: fallback, examples = [] } = field;
    const own = depth > 4 ? null : nestedMap(field);
    return {
      name,
      type: typeText(field),
      fallback: fallback === undefined ? "" : code(fallback),
      description: required.has(name) ? `Required. ${description}` : description,
      examples: examples.map(code),
      fields: own === null ? [] : fieldsOf(own, depth + 1),
    };
  });
}

/** A table of the fields, then one more for each field that is a map of its own. */
function fieldsText(fields: readonly FieldEntry[], depth: number): string {
  const rows = fields.map(
    ({ name, type, fallback, description, examples }) =>
      `| \`${name}\` | ${type} | ${fallback} | ${cell(description)} | ${examples.join(" ")} |`,
  );
  const table = `| field | type | default | what it is | example |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  const nested = fields.flatMap(({ name, fields: own }) =>
    own.length === 0 ? [] : [`\n${"#".repeat(depth)} \`${name}\`\n\n${fieldsText(own, depth + 1)}`],
  );
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
