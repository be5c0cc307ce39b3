/** `sandbox explain CODE`: what a diagnostic means, with a wrong and a right spec. */

import { EXIT } from "../base/exit-codes.ts";
import type { CodePage } from "../diag/code-page.ts";
import { codes } from "../diag/codes.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export async function run(code: string): Promise<number> {
  const name = code.toUpperCase();
  const page: CodePage | undefined = Object.hasOwn(codes, name)
    ? codes[name as keyof typeof codes]
    : undefined;
  if (page === undefined) {
    write(STDERR, `there is no diagnostic "${code}"; codes look like SBX2103\n`);
    return EXIT.usage;
  }
  const indented = (text: string) => text.trimEnd().replace(/^/gm, "    ");
  const parts = [`${name} ${page.name} (${page.severity})`, page.text];
  if (page.wrong !== "") parts.push(`Wrong:\n\n${indented(page.wrong)}`);
  if (page.right !== "") parts.push(`Right:\n\n${indented(page.right)}`);
  write(STDOUT, `${parts.join("\n\n")}\n`);
  return EXIT.ok;
}
