/** SBX2403, SBX2404, SBX2405, SBX2408, SBX2409: id maps, and ids that they do not have. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { get, integerOf, isOpen, type ListNode, type Node } from "../../spec/node.ts";
import { type BoxDraft, isNew } from "../draft.ts";
import type { Found } from "../values.ts";

/** Lines of a map. Source: user_namespaces(7). */
const MAP_COUNT_MAX = 340;

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
  if (map?.kind === "list") {
    overlaps(map.items, found);
    tooMany(map, found);
  }
  if (!hasOwn) return;
  outsideIds(box, map, found);
  const inside = insideIds(box);
  const own = get(node, "uid") === null && get(node, "gid") === null ? null : node;
  unmapped(own, own ?? map, inside, found);
  for (const process of box.processes) {
    const identity = get(process.node, "user");
    if (identity !== null) unmapped(identity, null, inside, found);
  }
}

/** Ids that the sandbox's new user namespace maps; without a map 0 alone. */
function insideIds(box: BoxDraft): ReadonlySet<number | null> {
  const map = get(get(box.node, "user"), "map");
  if (map?.kind !== "list") return new Set([0]);
  return new Set(map.items.map((item) => integerOf(get(item, "inside"))));
}

/** Of one `user`. At `unnamed` stands what an id that it does not name, 0, does wrong; null: nothing. */
function unmapped(
  identity: Node | null,
  unnamed: Node | null,
  inside: ReadonlySet<number | null>,
  found: Found,
): void {
  if (isOpen(identity)) return;
  for (const key of ["uid", "gid"] as const) {
    const value = get(identity, key);
    const id = value === null ? 0 : integerOf(value);
    const place = value ?? unnamed;
    if (id === null || inside.has(id) || place === null) continue;
    const who =
      identity === null ? "id 0, the default," : `${key} ${id}${value ? "" : ", the default,"}`;
    const others = [...inside].filter((other) => other !== null);
    const or = others.length === 0 ? "" : `, or use ${others.slice(0, 8).join(", ")}`;
    found.push(
      diagnostic("SBX2405", place.span, `${who} is not mapped in this user namespace`, {
        help: `add {inside: ${id}, outside: …} to \`user.map\`${or}`,
      }),
    );
    if (identity === null) return;
  }
}

function tooMany(map: ListNode, found: Found): void {
  const first = map.items[MAP_COUNT_MAX];
  if (first === undefined) return;
  found.push(
    diagnostic("SBX2409", first.span, `the id map has ${map.items.length} entries`, {
      help: `map at most ${MAP_COUNT_MAX} ranges of ids`,
    }),
  );
}

/** Where the user namespace above is made by this spec too, its ids are known. */
function outsideIds(box: BoxDraft, map: Node | null, found: Found): void {
  let above = box.parent;
  while (above !== null && !isNew(above.node, "user", false)) above = above.parent;
  if (above === null || map?.kind !== "list") return;
  const known = insideIds(above);
  for (const item of map.items) {
    const value = get(item, "outside");
    const id = integerOf(value);
    if (value === null || id === null || known.has(id)) continue;
    const name = above.path || above.name;
    found.push(
      diagnostic(
        "SBX2408",
        value.span,
        `id ${id} does not exist in the user namespace of "${name}"`,
        {
          help: `map {inside: ${id}, outside: …} there, or use ${[...known].slice(0, 8).join(", ") || "another one"}`,
        },
      ),
    );
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
