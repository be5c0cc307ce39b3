/** The user's own folders, as the environment names them. I/O: reads the environment. */

import { isAbsolute, join } from "node:path";

/**
 * Where things are kept that can be made again; null where no such folder is named. A relative name
 * would lead into whatever folder the command is started in, so it counts as none.
 * Source: XDG Base Directory Specification 0.8, "All paths must be absolute".
 */
export function cacheHome(): string | null {
  const named = absolute(process.env["XDG_CACHE_HOME"]);
  if (named !== null) return named;
  const home = absolute(process.env["HOME"] || homeOfUser());
  return home === null ? null : join(home, ".cache");
}

/** Where sockets and run directories of this login session belong; null as above. */
export function runtimeHome(): string | null {
  return absolute(process.env["XDG_RUNTIME_DIR"]);
}

/** Where files are put that do not outlive a command. */
export function temporaryHome(): string {
  return absolute(process.env["TMPDIR"]) ?? "/tmp";
}

function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}

/** By the database of users: most callers have a HOME, and need no module for it. */
function homeOfUser(): string {
  return (require("node:os") as typeof import("node:os")).homedir();
}
