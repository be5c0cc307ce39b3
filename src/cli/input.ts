/** Files that a user names, and those of the working directory. I/O. */

import { isAbsolute } from "node:path";
import { HAS_DIRECTORY } from "../host/launch.ts";

/**
 * False for a relative name in a directory that was deleted: the kernel would take it as one in
 * this program's own directory, which is then another.
 */
export function leadsSomewhere(file: string): boolean {
  return HAS_DIRECTORY || file === "-" || isAbsolute(file);
}

/** Throws ENOENT for a name that leads nowhere. */
export function refuseUnreachable(file: string): void {
  if (!leadsSomewhere(file)) throw Object.assign(new Error(file), { code: "ENOENT" });
}

/** The specs of the folder `sandboxes`, which are meant where none is named. */
export function specsHere(): string[] {
  return HAS_DIRECTORY ? [...new Bun.Glob("sandboxes/*.yaml").scanSync(".")] : [];
}
