/** What is said of a file that could not be read, or that a spec may not name. */

import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { SpecReading } from "../host/spec-folders.ts";

type Fault = SpecReading & { readonly ok: false };

export function unreadable(file: string, reading: Fault): Diagnostic {
  const { kind, why } = reading;
  // Its text is not known, but a program that reads findings wants each at a file.
  const span = { file, start: 0, end: 0 };
  if (kind === "too-large") {
    const help = "generate processes with `replicas` instead of writing them out";
    return diagnostic("SBX1006", span, `"${file}" cannot be a spec: ${why}`, { help });
  }
  const help = helpFor(file, reading);
  return diagnostic("SBX3002", span, `cannot read "${file}" (${why})`, { help });
}

/** By the name of the errno. Source: path_resolution(7), open(2). */
const HELPS: Readonly<Record<string, string>> = {
  EACCES: "ask as a user who may read it, and look into each folder on the way",
  EPERM: "ask as a user who may read it",
  ENOTDIR: "a part of the path is a file, no folder: name another path",
  ELOOP: "its links lead in a circle: name the file itself",
  ENAMETOOLONG: "name a shorter path",
  EMFILE: "raise the limit of open files: `ulimit -n`",
};

function helpFor(file: string, { kind, why }: Fault): string {
  if (kind === "outside")
    return "name the file that the link leads to, or allow its folder with `--allow-include DIR`";
  if (kind === "unnameable")
    return "rename it, or give its text as standard input, with the name `-`";
  const inside = kind === "not-regular" ? specIn(file) : null;
  if (inside !== null) return `name a spec in it, such as ${inside}`;
  if (kind === "not-regular")
    return "name a regular file; a pipe can be read as standard input, with the name `-`";
  if (why !== "ENOENT") return HELPS[why] ?? "name another file";
  const near = nearFile(file);
  return near === null
    ? "name an existing spec, or write one with `sandbox init`"
    : `did you mean "${near}"?`;
}

/** The first YAML file of a folder. */
function specIn(folder: string): string | null {
  try {
    const names = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    const [first] = names.toSorted();
    return first === undefined ? null : join(folder, first);
  } catch {
    return null;
  }
}

const stemOf = (name: string) => name.replace(/\.ya?ml$/, "");

/** Loaded where it is needed: each command that reads a spec has this file. */
function suggest(): typeof import("../spec/suggest.ts") {
  return require("../spec/suggest.ts");
}

/** The YAML file of the same folder whose name is most like it. */
function nearFile(file: string): string | null {
  const folder = dirname(file);
  try {
    const names = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    const stem = suggest().nearest(stemOf(basename(file)), names.map(stemOf));
    const name = names.find((each) => stemOf(each) === stem);
    return name === undefined ? null : join(folder, name);
  } catch {
    return null;
  }
}
