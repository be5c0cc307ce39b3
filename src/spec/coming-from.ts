/** Prints `docs/coming-from.md`: the words of other tools, by tool. Pure. */

import { FOREIGN_FILES } from "./foreign-files.ts";
import { FOREIGN_WORDS, TOOLS } from "./foreign-words.ts";

const INTRODUCTION = `<!-- Generated from src/spec/foreign-words.ts by \`npm run gen\`; do not edit. -->
# Coming from another tool

What the words of other tools' files are in a spec. What is named here and not in
[the reference](spec.md) is a name of the language that is not built yet. A Procfile has only
commands: each line, indented below \`processes:\`, is a process.
`;

/** The whole file, with a final newline. */
export function comingFromText(): string {
  const sections = Object.entries(TOOLS).map(([tool, name]) => {
    const file = FOREIGN_FILES.find((each) => each.tool === tool && tool !== "other");
    const way = file === undefined ? "" : `Begin with \`sandbox: NAME\`, ${file.help}.\n\n`;
    const words = FOREIGN_WORDS.filter((each) => each.tool === tool);
    // Words that are one thing here have one line.
    const rows = Map.groupBy(words, ({ field, help }) => `${code(field ?? "")} | ${cell(help)}`);
    const lines = Array.from(rows, ([here, same]) => {
      return `| ${same.map(({ word }) => code(word)).join(" ")} | ${here} |`;
    });
    return `## ${name}\n\n${way}| there | here | how |\n| --- | --- | --- |\n${lines.join("\n")}\n`;
  });
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function cell(text: string): string {
  return /^[{[]/.test(text) ? code(text) : text.replaceAll("|", "\\|");
}
