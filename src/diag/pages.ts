/** Prints `docs/diagnostics.md`: a section for each code. Pure. */

import type { CodePage } from "./code-page.ts";
import { codes } from "./codes.ts";

/** The whole file, with a final newline. */
export function pagesText(): string {
  const sections = Object.entries<CodePage>(codes).map(([code, page]) => {
    const example = (title: string, text: string) =>
      text === "" ? "" : `\n${title}:\n\n\`\`\`yaml\n${text.trimEnd()}\n\`\`\`\n`;
    const { name, severity, text, wrong, right } = page;
    return `## ${code} ${name}\n\n${severity === "warning" ? "Warning. " : ""}${text}\n${example("Wrong", wrong)}${example("Right", right)}`;
  });
  const note = "<!-- Generated from src/diag by `npm run gen`; do not edit. -->";
  return `${note}\n# Diagnostics\n\n${sections.join("\n")}`;
}
