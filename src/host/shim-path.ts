/** Finds the native programs: the shim, the one that looks, and the launcher. I/O. */

import * as fs from "node:fs";
import { dirname, join } from "node:path";

const SHIM = "native/build/sandbox-shim";
const LAUNCHER = "build/sandbox";

/** `SANDBOX_SHIM` where it is set; else in this package, beside the compiled program or source. */
export function shimPath(): string | null {
  const chosen = process.env["SANDBOX_SHIM"];
  if (chosen) return fs.existsSync(chosen) ? chosen : null;
  return inPackage(SHIM);
}

export function launcherPath(): string | null {
  return inPackage(LAUNCHER);
}

function inPackage(name: string): string | null {
  // The compiled program is build/bun/sandbox; from source this file is src/host/shim-path.ts.
  const roots = [
    join(dirname(fs.realpathSync(process.execPath)), "../.."),
    join(import.meta.dir, "../.."),
  ];
  for (const root of roots) {
    const path = join(root, name);
    if (fs.existsSync(path)) return path;
  }
  return null;
}

/** `SANDBOX_LOOK` where it is set; else beside the shim, or in this package. */
export function lookPath(): string | null {
  const chosen = process.env["SANDBOX_LOOK"];
  if (chosen) return fs.existsSync(chosen) ? chosen : null;
  for (const shim of [process.env["SANDBOX_SHIM"], inPackage(SHIM)]) {
    const path = shim ? join(dirname(shim), "sandbox-look") : "";
    if (fs.existsSync(path)) return path;
  }
  return null;
}
