/** `sandbox fmt`: gives specs the one layout, in place. */

import { isUtf8 } from "node:buffer";
import { resolve } from "node:path";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { checkSpec } from "../check/check.ts";
import { isSpec } from "../editor/is-spec.ts";
import { readSpecFile, type SpecOptions } from "../engine/compile-inputs.ts";
import { type Formatted, formatSpec } from "../spec/format.ts";
import { writeWhole } from "./output-file.ts";
import { printDiagnostics } from "./print.ts";
import { noSpecsText, specFiles } from "./spec-files.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";
import { unreadable } from "./unreadable.ts";

export interface FmtOptions extends Pick<SpecOptions, "allowInclude"> {
  readonly check?: true;
}

/** `-` is standard input, formatted to standard output. */
export async function run(names: readonly string[], options: FmtOptions): Promise<number> {
  const { files, unnamed, unreadable: folders } = specFiles(names);
  if (files.length + folders.length === 0) {
    write(STDERR, noSpecsText(names));
    return EXIT.spec;
  }
  let code: number = folders.length > 0 ? EXIT.spec : EXIT.ok;
  printDiagnostics(
    folders.map(({ file, reading }) => unreadable(file, reading)),
    new Map(),
  );
  for (const file of files) code = Math.max(code, one(file, options, unnamed.has(file)));
  return code;
}

/** What is not named, but in a folder, may be another tool's file: that is left as it is. */
function one(file: string, options: FmtOptions, isUnnamed: boolean): number {
  const isCheck = options.check === true;
  const read = readSpecFile(file, { ...options, param: {} });
  if (!read.ok) {
    printDiagnostics([unreadable(file, read)], new Map());
    return EXIT.spec;
  }
  const text = Buffer.from(read.bytes).toString("utf8");
  if (isUnnamed && !isSpec(resolve(file), text)) return EXIT.ok;
  // What is no UTF-8 would be written back as other bytes.
  const made: Formatted = isUtf8(read.bytes) ? formatSpec(text) : { ok: false, why: "no-yaml" };
  if (!made.ok && made.why === "not-kept") {
    write(STDERR, `${escapeText(file)}: left as it is: no layout keeps all that it says\n`);
    return EXIT.failed;
  }
  if (!made.ok) {
    const { diagnostics, sources } = checkSpec({ file, text });
    printDiagnostics(
      diagnostics.filter(({ code }) => code.startsWith("SBX1")),
      sources,
    );
    return EXIT.spec;
  }
  if (file === "-" && !isCheck) write(STDOUT, made.text);
  if (made.text === text) return EXIT.ok;
  if (isCheck) {
    write(STDERR, `${escapeText(file)}: not formatted; run \`sandbox fmt ${escapeText(file)}\`\n`);
    return EXIT.failed;
  }
  return file === "-" ? EXIT.ok : replaced(file, made.text);
}

/** The exit code. The file stays as it was where the new one cannot be written. */
function replaced(file: string, text: string): number {
  try {
    writeWhole(file, text);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unwritable";
    write(STDERR, `error: cannot write ${escapeText(file)} (${why}); it is as it was\n`);
    return EXIT.host;
  }
  write(STDERR, `${escapeText(file)}: formatted\n`);
  return EXIT.ok;
}
