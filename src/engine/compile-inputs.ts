/** What this program's caller brings to a spec: its text, values of parameters, files to include. I/O. */

import { isAbsolute } from "node:path";
import { HAS_DIRECTORY } from "../host/launch.ts";
import { readRegular } from "../host/regular-file.ts";
import {
  type Folders,
  foldersOf,
  isAllowed,
  readAllowed,
  type SpecReading,
} from "../host/spec-folders.ts";
import { SPEC_SIZE_MAX } from "../spec/bounds.ts";
import type { CompileInputs } from "../spec/expand.ts";
import type { Load } from "../spec/include.ts";
import type { Given } from "../spec/params.ts";
import { IMAGE_SIZE_MAX, isImage } from "../wire/image-file.ts";

/** Options of every command that takes a spec. */
export interface SpecOptions {
  /** What `--param` says. */
  readonly param: Given;
  /** Folders that `--allow-include` names. */
  readonly allowInclude: readonly string[];
}

/** The inputs of the spec `file`; its includes are relative to its folder. */
export function compileInputs(file: string, { param, allowInclude }: SpecOptions): CompileInputs {
  const prefix = "SANDBOX_PARAM_";
  const environment = Object.entries(process.env).flatMap(([key, value]): [string, string][] =>
    key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value]] : [],
  );
  const load = loadFor(file, allowInclude);
  return { given: param, environment: Object.fromEntries(environment), load };
}

/** `openText` has what an editor shows of a file instead of what is on disk; null: as on disk. */
export function loadFor(
  file: string,
  allowed: readonly string[],
  openText: (path: string) => string | null = () => null,
): Load {
  let folders: Folders | null = null;
  return (path, sizeMax) => {
    // Most specs include nothing.
    folders ??= foldersOf(file, allowed);
    const open = isAllowed(path, folders) ? openText(path) : null;
    if (open !== null) return open;
    const read = readAllowed(path, sizeMax, folders);
    if (read.ok) return Buffer.from(read.bytes).toString("utf8");
    return { kind: read.kind, why: read.why };
  };
}

/** The spec itself, or a plan image; `-` is standard input. */
export function readSpecFile(file: string, { allowInclude }: SpecOptions): SpecReading {
  if (file === "-") return readRegular(file, sizeMaxOf);
  // A relative name in a directory that was deleted would be taken as one in this program's own.
  if (!HAS_DIRECTORY && !isAbsolute(file)) return { ok: false, kind: "unreadable", why: "ENOENT" };
  return readAllowed(file, sizeMaxOf, foldersOf(file, allowInclude));
}

/** An image is made by this program, and may be larger than what anybody writes. */
function sizeMaxOf(head: Uint8Array): number {
  return isImage(head) ? IMAGE_SIZE_MAX : SPEC_SIZE_MAX;
}
