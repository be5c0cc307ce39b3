/** Files that a user names, and those of the working directory. I/O. */

import * as fs from "node:fs";
import { isAbsolute } from "node:path";
import { HAS_DIRECTORY } from "../host/launch.ts";
import { STDIN } from "./terminal.ts";

/** The content; `-` is standard input. Throws with a `code`, as node:fs does. */
export function readInput(file: string): Buffer {
  refuseLost(file);
  return fs.readFileSync(file === "-" ? STDIN : file);
}

/**
 * False for a relative name in a directory that was deleted: the kernel would take it as one in
 * this program's own directory, which is then another.
 */
export function leadsSomewhere(file: string): boolean {
  return HAS_DIRECTORY || file === "-" || isAbsolute(file);
}

/** Throws ENOENT for a name that leads nowhere. */
export function refuseLost(file: string): void {
  if (!leadsSomewhere(file)) throw Object.assign(new Error(file), { code: "ENOENT" });
}

/** The specs of the folder `sandboxes`, which are meant where none is named. */
export function specsHere(): string[] {
  return HAS_DIRECTORY ? [...new Bun.Glob("sandboxes/*.yaml").scanSync(".")] : [];
}
