/** `sandbox fmt`: gives specs the one layout, in place. */

import * as fs from "node:fs";
import { EXIT } from "../base/exit-codes.ts";
import { checkSpec } from "../check/check.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import { formatSpec } from "../spec/format.ts";
import { printDiagnostics } from "./print.ts";
import { STDERR, STDIN, STDOUT, write } from "./terminal.ts";

/** `-` is standard input, formatted to standard output. */
export async function run(files: readonly string[], options: { check?: true }): Promise<number> {
  const named = files.length > 0 ? files : [...new Bun.Glob("sandboxes/*.yaml").scanSync(".")];
  let code: number = EXIT.ok;
  for (const file of named.toSorted()) code = Math.max(code, one(file, options.check === true));
  return code;
}

function one(file: string, isCheck: boolean): number {
  let text: string;
  try {
    text = fs.readFileSync(file === "-" ? STDIN : file, "utf8");
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable";
    const help = "name an existing file";
    printDiagnostics(
      [diagnostic("SBX3002", null, `cannot read "${file}" (${why})`, { help })],
      new Map(),
    );
    return EXIT.spec;
  }
  const made = formatSpec(text);
  if (made === null) {
    const { diagnostics, sources } = checkSpec({ file, text });
    printDiagnostics(
      diagnostics.filter(({ code }) => code.startsWith("SBX1")),
      sources,
    );
    return EXIT.spec;
  }
  if (file === "-" && !isCheck) write(STDOUT, made);
  if (made === text) return EXIT.ok;
  if (isCheck) {
    write(STDERR, `${file}: not formatted; run \`sandbox fmt ${file}\`\n`);
    return EXIT.failed;
  }
  if (file !== "-") {
    replace(file, made);
    write(STDERR, `${file}: formatted\n`);
  }
  return EXIT.ok;
}

/** Whole or not at all: written beside, with the same mode, and renamed. A link stays a link. */
function replace(file: string, text: string): void {
  const target = fs.realpathSync(file);
  const partial = `${target}.${process.pid}`;
  try {
    fs.writeFileSync(partial, text, { mode: fs.statSync(target).mode });
    fs.renameSync(partial, target);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw error;
  }
}
