/** From a range in a spec to file, line and column, as reports name them. I/O: reads the spec. */

import * as fs from "node:fs";
import { basename, dirname, relative } from "node:path";
import type { Span } from "../base/span.ts";
import { Lines } from "../diag/lines.ts";
import type { Plan } from "../plan/plan.ts";
import type { Locate } from "../report/verdict.ts";
import { SPEC_SIZE_MAX } from "../spec/bounds.ts";

/** Name of the spec's file, without the folders of this machine; empty where none is known. */
export function specName(plan: Plan): string {
  return basename(specFile(plan));
}

function specFile({ sandboxes }: Plan): string {
  return sandboxes[0]?.span.file ?? "";
}

/** Files are named from the spec's folder; line and column are null where a file is gone. */
export function locatorOf(plan: Plan): Locate {
  const folder = dirname(specFile(plan));
  const files = new Map<string, Lines | null>();
  return ({ file, start }: Span) => {
    if (file === "") return { file, line: null, column: null };
    const lines = files.get(file) ?? linesOf(file);
    files.set(file, lines);
    const { line = null, column = null } = lines?.position(start) ?? {};
    return { file: relative(folder, file) || basename(file), line, column };
  };
}

function linesOf(file: string): Lines | null {
  try {
    // An image may name any file: only what could be a spec is read.
    const status = fs.statSync(file);
    const isSpec = status.isFile() && status.size <= SPEC_SIZE_MAX;
    return isSpec ? new Lines(fs.readFileSync(file, "utf8")) : null;
  } catch {
    return null;
  }
}
