/** Files that results are kept in: reports to read back, and anything to write. I/O. */

import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { REPORT_SIZE_MAX, readRegular } from "../host/regular-file.ts";
import type { Report } from "../report/report.ts";
import { writeWhole } from "./output-file.ts";
import { STDERR, write } from "./terminal.ts";

/** Whether it names a file, or `-` for standard input: a run's name has no dot and no slash. */
export function isFile(what: string): boolean {
  return what === "-" || /[./]/.test(what);
}

/** The last report in a file, or why there is none. */
export async function readReport(file: string): Promise<Report | string> {
  const read = readRegular(file, REPORT_SIZE_MAX);
  if (!read.ok) return `cannot read "${escapeText(file)}" (${read.why})`;
  const text = Buffer.from(read.bytes).toString("utf8");
  const { parseReport } = await import("../report/schema.ts");
  const none = `"${escapeText(file)}" holds no report; make one with --format json`;
  return parseReport(text) ?? none;
}

/** The exit code: what is wrong is said. */
export function saved(file: string, data: string | Uint8Array): number {
  try {
    writeWhole(file, data);
    return EXIT.ok;
  } catch (error) {
    write(STDERR, `error: cannot write "${escapeText(file)}" (${codeOf(error)})\n`);
    return EXIT.host;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
