/** `sandbox explain CODE`: what a diagnostic means, with a wrong and a right spec. */

import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { jsonLine } from "../base/json-text.ts";
import type { CodePage } from "../diag/code-page.ts";
import { codes } from "../diag/codes.ts";
import { nearest } from "../spec/suggest.ts";
import { STEP_NAMES, stepEntry } from "../wire/steps.ts";
import type { Formatted } from "./command.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

const PAGES: readonly (readonly [code: string, page: CodePage])[] = Object.entries(codes);

/** A code in any case, with or without SBX, or its name; the beginning of a code, or nothing, lists. */
export async function run(asked = "", { format }: Formatted): Promise<number> {
  const code = `SBX${asked.toUpperCase().replace(/^SBX/, "")}`;
  const page = PAGES.find(([each, { name }]) => each === code || name === asked.toLowerCase());
  if (page !== undefined) {
    write(STDOUT, format === "json" ? jsonLine(pageJson(...page)) : pageText(...page));
    return EXIT.ok;
  }
  const listed = PAGES.filter(([each]) => each.startsWith(code));
  if (listed.length > 0) {
    const lines = listed.map(([each, { name }]) => `${each}  ${name}\n`);
    const list = { diagnostics: listed.map((each) => pageJson(...each)) };
    write(STDOUT, format === "json" ? jsonLine(list) : lines.join(""));
    return EXIT.ok;
  }
  const names = PAGES.map(([, { name }]) => name);
  const near = nearest(asked, [...names, ...PAGES.map(([each]) => each)]);
  const hint = near === null ? "`sandbox explain` lists all" : `did you mean ${near}?`;
  write(STDERR, `error: there is no diagnostic "${escapeText(asked)}"; ${hint}\n`);
  return EXIT.usage;
}

/** The page as JSON; `causes`: what to do, by the errno. */
function pageJson(code: string, { name, severity, text, wrong, right }: CodePage) {
  return { code, name, severity, text, wrong, right, causes: Object.fromEntries(causesOf(code)) };
}

function pageText(code: string, { name, severity, text, wrong, right }: CodePage): string {
  const indented = (part: string) => part.trimEnd().replace(/^/gm, "    ");
  const parts = [`${code} ${name} (${severity})`, text];
  const causes = [...causesOf(code)].map(
    ([errno, help]) => `${errno === "*" ? "any" : errno}: ${help}`,
  );
  if (causes.length > 0) parts.push(`What to do, by the errno:\n\n${indented(causes.join("\n"))}`);
  if (wrong !== "") parts.push(`Wrong:\n\n${indented(wrong)}`);
  if (right !== "") parts.push(`Right:\n\n${indented(right)}`);
  return `${parts.join("\n\n")}\n`;
}

/** What the table of steps says of the errnos that come with a code of its own. */
function causesOf(code: string): ReadonlyMap<string, string> {
  const helps = STEP_NAMES.map(stepEntry).filter((entry) => entry.code === code);
  return new Map(helps.flatMap(({ help = {} }) => Object.entries(help)));
}
