/** Files that a user names. I/O. */

import * as fs from "node:fs";
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

/** False as well where nobody may look; `-` is standard input. */
export function isFolder(path: string): boolean {
  try {
    return path !== "-" && leadsSomewhere(path) && fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
}
