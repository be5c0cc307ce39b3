/** `sandbox fmt`: gives specs the one layout, in place. */

import * as fs from "node:fs";
import { checkSpec } from "../check/check.ts";
import { formatSpec } from "../spec/format.ts";
import { printDiagnostics } from "./print.ts";
import { readSpecFile, type SpecOptions } from "./surroundings.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";
import { unreadable } from "./unreadable.ts";

export interface FmtOptions extends Pick<SpecOptions, "allowInclude"> {
  readonly check?: true;
}

const EXIT = { ok: 0, differs: 1, unreadable: 2 } as const;

/** `-` is standard input, formatted to standard output. */
export async function run(files: readonly string[], options: FmtOptions): Promise<number> {
  const named = files.length > 0 ? files : [...new Bun.Glob("sandboxes/*.yaml").scanSync(".")];
  let code: number = EXIT.ok;
  for (const file of named.toSorted()) code = Math.max(code, one(file, options));
  return code;
}

function one(file: string, options: FmtOptions): number {
  const isCheck = options.check === true;
  const read = readSpecFile(file, { ...options, param: {} });
  if (!read.ok) {
    printDiagnostics([unreadable(file, read)], new Map());
    return EXIT.unreadable;
  }
  const text = Buffer.from(read.bytes).toString("utf8");
  const made = formatSpec(text);
  if (made === null) {
    const { diagnostics, sources } = checkSpec({ file, text });
    printDiagnostics(
      diagnostics.filter(({ code }) => code.startsWith("SBX1")),
      sources,
    );
    return EXIT.unreadable;
  }
  if (file === "-" && !isCheck) write(STDOUT, made);
  if (made === text) return EXIT.ok;
  if (isCheck) {
    write(STDERR, `${file}: not formatted; run \`sandbox fmt ${file}\`\n`);
    return EXIT.differs;
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
