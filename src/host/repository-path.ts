/** Files by their paths from the top of the repository that is checked. I/O. */

import { isAbsolute, relative, resolve } from "node:path";
import { gitFolder } from "./spec-folders.ts";

/** Absolute: the workspace of a GitHub job, the repository or else the folder that a command runs in. */
function top(): string {
  return process.env["GITHUB_WORKSPACE"] || gitFolder(process.cwd()) || process.cwd();
}

/** Relative to the top; absolute of what is outside. `-`, standard input, stays. */
export function repositoryPath(file: string): string {
  if (file === "-") return file;
  const path = relative(resolve(top()), resolve(file));
  return path.split("/")[0] === ".." || isAbsolute(path) ? resolve(file) : path;
}
