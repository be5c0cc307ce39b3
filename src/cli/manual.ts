/** The manual pages: one of the command, one of each of its commands, one of specs. Pure. */

import pkg from "../../package.json" with { type: "json" };
import { EXIT, EXIT_MEANINGS } from "../base/exit-codes.ts";
import { type Block, type ManPage, manText } from "../base/man-page.ts";
import { type FieldEntry, INTRODUCTION, referenceSections } from "../spec/reference.ts";
import { type AnyCommand, COLOR, type CommandOption, GROUPS } from "./command.ts";
import { ENVIRONMENT } from "./environment.ts";

const { version } = pkg;

const text = (paragraph: string): Block => ({ kind: "text", text: paragraph });
const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
const item = (term: string, meaning: string): Block => ({ kind: "item", term, text: meaning });

/** Texts by path in the package. `definitions` as in `spec/schema.ts`. */
export function manualPages(
  commands: readonly AnyCommand[],
  definitions: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const pages = [
    mainPage(commands),
    ...commands.map((each) => commandPage(each)),
    specPage(definitions),
  ];
  return Object.fromEntries(
    pages.map((page) => [`docs/man/${page.name}.${page.section}`, manText(page)]),
  );
}

function exitBlocks(): Block[] {
  return Object.entries(EXIT).map(([name, code]) =>
    item(`\`${code}\``, `${sentence(EXIT_MEANINGS[name as keyof typeof EXIT])}.`),
  );
}

function mainPage(commands: readonly AnyCommand[]): ManPage {
  const byGroup = Object.entries(GROUPS).flatMap(([group, title]) => [
    text(title),
    {
      kind: "inner" as const,
      blocks: commands
        .filter((each) => each.group === group)
        .map(({ name, description }) =>
          item(`\`${name}\``, `${sentence(description)}. See sandbox-${name}(1).`),
        ),
    },
  ]);
  return {
    name: "sandbox",
    section: 1,
    summary: "declarative sandboxes in nested Linux namespaces",
    version,
    parts: [
      { title: "Synopsis", blocks: [text("`sandbox` COMMAND [ARGUMENT…]")] },
      {
        title: "Description",
        blocks: [
          text(
            "A YAML spec is type-checked, compiled to a plan, and run in nested namespaces by a small native shim, which reports every process's PID at every namespace level. There is no daemon and no image; it runs as root, or as an ordinary user. The spec language is in sandbox(5).",
          ),
        ],
      },
      { title: "Commands", blocks: byGroup },
      { title: "Options", blocks: [text("Every command has:"), optionBlock(COLOR)] },
      {
        title: "Examples",
        blocks: [
          text("Write a spec to begin with, and run it until it ends or Ctrl-C stops it:"),
          { kind: "code", lines: ["sandbox init demo", "sandbox up demo.yaml"] },
          text("See what will be done, and every planned PID, without doing it:"),
          { kind: "code", lines: ["sandbox plan demo.yaml"] },
        ],
      },
      { title: "Exit status", blocks: exitBlocks() },
      {
        title: "Environment",
        blocks: ENVIRONMENT.map(([name, meaning]) => item(`\`${name}\``, `${sentence(meaning)}.`)),
      },
      {
        title: "See also",
        blocks: [
          text("sandbox(5), namespaces(7), pid_namespaces(7), user_namespaces(7), clone(2)"),
        ],
      },
    ],
  };
}

function optionBlock({
  flags,
  description,
  choices,
  fallback,
  fallbackText,
}: CommandOption): Block {
  const shown = fallbackText ?? (typeof fallback === "string" ? fallback : undefined);
  const notes = [
    ...(choices === undefined ? [] : [`one of ${choices.map((each) => `\`${each}\``).join(", ")}`]),
    ...(shown === undefined ? [] : [`default: ${shown}`]),
  ];
  const note = notes.length > 0 ? ` (${notes.join("; ")})` : "";
  return item(`\`${flags}\``, `${sentence(description)}${note}.`);
}

function commandPage(each: AnyCommand): ManPage {
  const { name, description, arguments: args, options, examples } = each;
  const usage = [...(options.length > 0 ? ["[OPTION…]"] : []), ...args.map((one) => one.usage)];
  return {
    name: `sandbox-${name}`,
    section: 1,
    summary: description,
    version,
    parts: [
      { title: "Synopsis", blocks: [text([`\`sandbox ${name}\``, ...usage].join(" "))] },
      ...(args.length === 0
        ? []
        : [
            {
              title: "Arguments",
              blocks: args.map((one) =>
                item(
                  `\`${one.usage}\``,
                  `${sentence(one.description)}${one.fallback === undefined ? "" : ` (default: ${one.fallback})`}.`,
                ),
              ),
            },
          ]),
      ...(options.length === 0 ? [] : [{ title: "Options", blocks: options.map(optionBlock) }]),
      ...(examples.length === 0
        ? []
        : [
            {
              title: "Examples",
              blocks: examples.flatMap(([line, what]): Block[] => [
                text(`${sentence(what)}:`),
                { kind: "code", lines: [`sandbox ${line}`] },
              ]),
            },
          ]),
      { title: "Exit status", blocks: exitBlocks() },
      { title: "See also", blocks: [text("sandbox(1) for options of all commands, sandbox(5)")] },
    ],
  };
}

/** Paragraphs, and the rows of tables of two columns. */
function markdownBlocks(markdown: string): Block[] {
  return markdown
    .trim()
    .split("\n\n")
    .flatMap((paragraph): Block[] => {
      if (!paragraph.startsWith("|")) return paragraph === "" ? [] : [text(paragraph)];
      const rows = paragraph.split("\n").slice(2);
      return rows.map((row) => {
        const [term = "", meaning = ""] = row.slice(2, -2).split(" | ");
        return item(term, meaning);
      });
    });
}

function fieldBlocks(fields: readonly FieldEntry[]): Block[] {
  return fields.flatMap((field): Block[] => {
    const { name, type, fallback, description, examples, fields: own } = field;
    const shown = fallback === "" ? "" : ` Default: ${fallback}.`;
    const shownExamples = examples.length > 0 ? ` Example: ${examples.join(" ")}.` : "";
    const head = item(
      `\`${name}\`: ${type.replaceAll("` `", "` | `")}`,
      `${description}${shown}${shownExamples}`,
    );
    return own.length === 0 ? [head] : [head, { kind: "inner", blocks: fieldBlocks(own) }];
  });
}

function specPage(definitions: Readonly<Record<string, unknown>>): ManPage {
  const [first = "", ...others] = `\n${INTRODUCTION}`.split("\n## ");
  return {
    name: "sandbox",
    section: 5,
    summary: "the language of sandbox specs",
    version,
    parts: [
      { title: "Description", blocks: markdownBlocks(first) },
      ...others.map((part) => {
        const end = part.indexOf("\n");
        return { title: part.slice(0, end), blocks: markdownBlocks(part.slice(end)) };
      }),
      ...referenceSections(definitions).map(({ title, text: words, fields }) => ({
        title,
        blocks: [...markdownBlocks(words), ...fieldBlocks(fields)],
      })),
      { title: "See also", blocks: [text("sandbox(1), sandbox-check(1), sandbox-schema(1)")] },
    ],
  };
}
