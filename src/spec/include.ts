/** `include`: the templates of other files. Pure but for the reader that is passed in. */

import { dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { entryOf, get, type Node, textOf } from "./node.ts";
import { readSpec } from "./read.ts";
import { checkShape } from "./shape.ts";
import { collectTemplates, type Template } from "./templates.ts";

/** The text of a file, or null where it cannot be read. */
export type Load = (path: string) => string | null;

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
  found: Diagnostic[],
): Included {
  const templates = new Map<string, Template>();
  const sources = new Map([[source.file, source.text]]);
  collectTemplates(root, templates, found);
  follow(source.file, root, [source.file]);
  return { templates, sources };

  function follow(file: string, node: Node, trail: readonly string[]): void {
    const list = get(node, "include");
    for (const item of list?.kind === "list" ? list.items : []) {
      const name = textOf(item);
      if (name === null) continue;
      const path = name.startsWith("/") ? name : join(dirname(file), name);
      if (trail.includes(path)) {
        const cycle = [...trail.slice(trail.indexOf(path)), path].join(" -> ");
        found.push(
          diagnostic("SBX2117", item.span, `include cycle: ${cycle}`, {
            help: "let one of these files do without the other",
          }),
        );
      } else if (!sources.has(path)) open(path, item, trail);
    }
  }

  function open(path: string, item: Node, trail: readonly string[]): void {
    const text = load(path);
    if (text === null) {
      found.push(
        diagnostic("SBX2116", item.span, `cannot read "${path}"`, {
          help: "name an existing file, relative to the one that includes it",
        }),
      );
      return;
    }
    sources.set(path, text);
    const { root: node, diagnostics } = readSpec(path, text);
    found.push(...diagnostics);
    if (node === null) return;
    const name = entryOf(node, "sandbox");
    if (name === null) found.push(...checkShape(node, "Library"));
    else {
      found.push(
        diagnostic("SBX2118", name.keySpan, "an included file holds templates, not a sandbox", {
          help: "move its `templates` to a file of their own, and include that one in both",
        }),
      );
    }
    collectTemplates(node, templates, found);
    follow(path, node, [...trail, path]);
  }
}
