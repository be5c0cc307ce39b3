/** `include`: the templates of other files. Pure but for the reader that is passed in. */

import { dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { INCLUDE_COUNT_MAX, INCLUDED_SIZE_MAX } from "./bounds.ts";
import { entryOf, get, type Node, textOf } from "./node.ts";
import { readSpec } from "./read.ts";
import { checkShape } from "./shape.ts";
import { collectTemplates, type Template } from "./templates.ts";

/** Why a file is not read, though there may be one. */
export interface Refusal {
  readonly kind: "outside" | "unnameable" | "unreadable" | "not-regular" | "too-large";
  readonly why: string;
}

/** The text of a file of at most `sizeMax` bytes; null where there is none. */
export type Load = (path: string, sizeMax: number) => string | Refusal | null;

export interface Included {
  readonly templates: Map<string, Template>;
  /** Text of every file that was read, by its name in findings; the spec's own first. */
  readonly sources: Map<string, string>;
}

/** Own templates and those of every file named, directly or by one that is. Each is read once. */
export function includeAll(
  source: { readonly file: string; readonly text: string },
  root: Node,
  load: Load,
  collected: Diagnostic[],
): Included {
  const templates = new Map<string, Template>();
  const sources = new Map([[source.file, source.text]]);
  const files = new Files(load, collected);
  collectTemplates(root, templates, collected);
  follow(source.file, root, [source.file]);
  return { templates, sources };

  function follow(file: string, node: Node, trail: readonly string[]): void {
    const named = namedBy(file, node);
    // All are read before the first is parsed: that they are too much is then known at once.
    for (const { path, item } of named) {
      if (!trail.includes(path) && !files.read(path, item)) return;
    }
    for (const { path, item } of named) {
      if (trail.includes(path)) {
        const cycle = [...trail.slice(trail.indexOf(path)), path].join(" -> ");
        collected.push(
          diagnostic("SBX2117", item.span, `include cycle: ${cycle}`, {
            help: "let one of these files do without the other",
          }),
        );
      } else if (!sources.has(path)) open(path, trail);
    }
  }

  function open(path: string, trail: readonly string[]): void {
    const text = files.textOf(path);
    if (text === null) return;
    sources.set(path, text);
    const { root: node, diagnostics } = readSpec(path, text);
    const name = entryOf(node, "sandbox");
    const foreign = name === null ? foreignFiles().foreignFile(path, text, node) : null;
    if (foreign !== null) {
      collected.push(foreign);
      return;
    }
    collected.push(...diagnostics.map(ofIncluded));
    if (node === null) return;
    if (name === null) collected.push(...checkShape(node, "Library"));
    else {
      collected.push(
        diagnostic("SBX2118", name.keySpan, "an included file holds templates, not a sandbox", {
          help: "move its `templates` to a file of their own, and include that one in both",
        }),
      );
    }
    collectTemplates(node, templates, collected);
    follow(path, node, [...trail, path]);
  }
}

/** Loaded where it is needed: most files include none. */
function foreignFiles(): typeof import("./foreign-files.ts") {
  return require("./foreign-files.ts");
}

/** The help for an empty file says how a spec begins, which this one is not to be. */
function ofIncluded(finding: Diagnostic): Diagnostic {
  if (finding.code !== "SBX1007") return finding;
  return { ...finding, help: "write `templates` into it, or do not include it" };
}

/** The paths of a file's `include`, each with where it is named. */
function namedBy(file: string, node: Node): { path: string; item: Node }[] {
  const list = get(node, "include");
  return (list?.kind === "list" ? list.items : []).flatMap((item) => {
    const name = textOf(item);
    if (name === null) return [];
    return [{ path: name.startsWith("/") ? name : join(dirname(file), name), item }];
  });
}

/** What has been read, and what more may be. */
class Files {
  readonly #load: Load;
  readonly #diagnostics: Diagnostic[];
  readonly #texts = new Map<string, string | null>();
  #left = INCLUDED_SIZE_MAX;
  #isFull = false;

  constructor(load: Load, diagnostics: Diagnostic[]) {
    this.#load = load;
    this.#diagnostics = diagnostics;
  }

  /** The name as written, with the other ending of YAML, where there is such a file; it is not read. */
  #otherEnding(path: string, item: Node): string | null {
    const other = (name: string) =>
      name.endsWith(".yml") ? name.replace(/yml$/, "yaml") : name.replace(/\.yaml$/, ".yml");
    if (other(path) === path) return null;
    const there = this.#load(other(path), 0);
    const isThere = typeof there === "string" || there?.kind === "too-large";
    return isThere ? other(textOf(item) ?? "") : null;
  }

  textOf(path: string): string | null {
    return this.#texts.get(path) ?? null;
  }

  /** False where no more files can be read, which is said once. */
  read(path: string, item: Node): boolean {
    if (this.#isFull || this.#texts.has(path)) return !this.#isFull;
    if (this.#texts.size === INCLUDE_COUNT_MAX) {
      this.#isFull = true;
      this.#diagnostics.push(
        diagnostic("SBX2310", item.span, `more than ${INCLUDE_COUNT_MAX} files are included`, {
          help: "put templates that belong together into one file",
        }),
      );
      return false;
    }
    const loaded = this.#load(path, this.#left);
    const isText = typeof loaded === "string";
    this.#texts.set(path, isText ? loaded : null);
    if (isText) this.#left -= Buffer.byteLength(loaded);
    else {
      this.#diagnostics.push(refused(path, item, loaded, this.#otherEnding(path, item)));
      this.#isFull = loaded?.kind === "too-large";
    }
    return !this.#isFull;
  }
}

/** By the name of the errno, or what is read where there is no file. */
const HELPS: Readonly<Record<string, string>> = {
  EACCES: "ask as a user who may read it, and look into each folder on the way",
  ENOTDIR: "a part of the path is a file, no folder: name another path",
  ELOOP: "its links lead in a circle: name the file itself",
  ENAMETOOLONG: "name a shorter path",
};

/** `other` is a file that is there, and whose name ends otherwise. */
function refused(
  path: string,
  item: Node,
  refusal: Refusal | null,
  other: string | null,
): Diagnostic {
  if (refusal?.kind === "outside") {
    return diagnostic("SBX2126", item.span, `"${path}" is outside of what this spec may include`, {
      notes: ["a spec may include files of its own folder, and of the repository that holds it"],
      help: "move the file there, or allow its folder with `--allow-include DIR`",
    });
  }
  if (refusal?.kind === "too-large") {
    return diagnostic("SBX1006", item.span, `"${path}" is too large`, {
      notes: [`a spec may include ${INCLUDED_SIZE_MAX / 1024 / 1024} MiB in all`],
      help: "include less",
    });
  }
  const written = textOf(item) ?? path;
  const why = refusal?.kind === "not-regular" ? refusal.why : "";
  const help = /^[a-z]+:\/\//i.test(written)
    ? "an included file is read from disk: download it, and name it by its path"
    : (HELPS[refusal?.why ?? ""] ?? "name an existing file, relative to the one that includes it");
  return diagnostic("SBX2116", item.span, `cannot read "${written}"`, {
    label: other === null ? "" : `did you mean "${other}"?`,
    notes: why === "" ? [] : [why],
    help,
  });
}
