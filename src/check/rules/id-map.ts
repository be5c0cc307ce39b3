/** SBX2403, SBX2404, SBX2405: id maps, and ids that they do not have. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, integerOf, type Node } from "../../spec/node.ts";
import { type BoxDraft, isNew } from "../draft.ts";
import type { Found } from "../values.ts";

export function idMap(box: BoxDraft, found: Found): void {
  const node = get(box.node, "user");
  const map = get(node, "map");
  const hasOwn = isNew(box.node, "user", false);
  if (map !== null && !hasOwn) {
    found.push(
      diagnostic("SBX2403", map.span, "an id map needs a new user namespace", {
        help: "add `namespaces: {user: new}` to this sandbox",
      }),
    );
  }
  if (map?.kind === "list") overlaps(map.items, found);
  if (!hasOwn) return;
  const inside = new Set(
    map?.kind === "list" ? map.items.map((item) => integerOf(get(item, "inside"))) : [0],
  );
  const identities = [node, ...box.processes.map((process) => get(process.node, "user"))];
  for (const identity of identities) {
    for (const key of ["uid", "gid"] as const) {
      const value = get(identity, key);
      const id = integerOf(value);
      if (value === null || id === null || inside.has(id)) continue;
      found.push(
        diagnostic("SBX2405", value.span, `${key} ${id} is not mapped in this user namespace`, {
          help: `add {inside: ${id}, outside: …} to \`user.map\`, or use ${[...inside].join(", ")}`,
        }),
      );
    }
  }
}

function overlaps(items: readonly Node[], found: Found): void {
  for (const key of ["inside", "outside"] as const) {
    const seen = new Map<number, Node>();
    for (const item of items) {
      const value = get(item, key);
      const id = integerOf(value);
      if (value === null || id === null) continue;
      const other = seen.get(id);
      if (other !== undefined) {
        found.push(
          diagnostic("SBX2404", value.span, `${key} id ${id} is mapped twice`, {
            related: [{ span: other.span, label: "the first time" }],
            help: "map each id once",
          }),
        );
      } else seen.set(id, value);
    }
  }
}
