/** SBX2403, SBX2404, SBX2405, SBX2408, SBX2409: id maps, and ids that they do not have. Pure. */

import { type Diagnostic, diagnostic } from "../../diag/diagnostic.ts";
import { get, integerOf, isOpen, type ListNode, type Node } from "../../spec/node.ts";
import { isNew, type SandboxDraft } from "../draft.ts";

/** Lines of a map. Source: user_namespaces(7). */
const MAP_COUNT_MAX = 340;

export function idMap(sandbox: SandboxDraft, diagnostics: Diagnostic[]): void {
  const node = get(sandbox.node, "user");
  const map = get(node, "map");
  const hasOwn = isNew(sandbox.node, "user", false);
  if (map !== null && !hasOwn) {
    diagnostics.push(
      diagnostic("SBX2403", map.span, "an id map needs a new user namespace", {
        help: "add `namespaces: {user: new}` to this sandbox",
      }),
    );
  }
  if (map?.kind === "list") {
    overlaps(map.items, diagnostics);
    tooMany(map, diagnostics);
  }
  if (!hasOwn) return;
  outsideIds(sandbox, map, diagnostics);
  const inside = insideIds(sandbox);
  const own = get(node, "uid") === null && get(node, "gid") === null ? null : node;
  unmapped(own, own ?? map, inside, diagnostics);
  for (const process of sandbox.processes) {
    const identity = get(process.node, "user");
    if (identity !== null) unmapped(identity, null, inside, diagnostics);
  }
}

/** Ids that the sandbox's new user namespace maps; without a map 0 alone. */
function insideIds(sandbox: SandboxDraft): ReadonlySet<number | null> {
  const map = get(get(sandbox.node, "user"), "map");
  if (map?.kind !== "list") return new Set([0]);
  return new Set(map.items.map((item) => integerOf(get(item, "inside"))));
}

/** Checks one `user`. `unnamed` is the node to blame for the default id 0; null: no check of it. */
function unmapped(
  identity: Node | null,
  unnamed: Node | null,
  inside: ReadonlySet<number | null>,
  diagnostics: Diagnostic[],
): void {
  if (isOpen(identity)) return;
  for (const key of ["uid", "gid"] as const) {
    const value = get(identity, key);
    const id = value === null ? 0 : integerOf(value);
    const blamed = value ?? unnamed;
    if (id === null || inside.has(id) || blamed === null) continue;
    const who =
      identity === null ? "id 0, the default," : `${key} ${id}${value ? "" : ", the default,"}`;
    const others = [...inside].filter((other) => other !== null);
    const or = others.length === 0 ? "" : `, or use ${others.slice(0, 8).join(", ")}`;
    diagnostics.push(
      diagnostic("SBX2405", blamed.span, `${who} is not mapped in this user namespace`, {
        help: `add {inside: ${id}, outside: …} to \`user.map\`${or}`,
      }),
    );
    if (identity === null) return;
  }
}

function tooMany(map: ListNode, diagnostics: Diagnostic[]): void {
  const first = map.items[MAP_COUNT_MAX];
  if (first === undefined) return;
  diagnostics.push(
    diagnostic("SBX2409", first.span, `the id map has ${map.items.length} entries`, {
      help: `map at most ${MAP_COUNT_MAX} ranges of ids`,
    }),
  );
}

/** Checks `outside` ids where this spec makes the user namespace above too. */
function outsideIds(sandbox: SandboxDraft, map: Node | null, diagnostics: Diagnostic[]): void {
  let above = sandbox.parent;
  while (above !== null && !isNew(above.node, "user", false)) above = above.parent;
  if (above === null || map?.kind !== "list") return;
  const known = insideIds(above);
  for (const item of map.items) {
    const value = get(item, "outside");
    const id = integerOf(value);
    if (value === null || id === null || known.has(id)) continue;
    const name = above.path || above.name;
    diagnostics.push(
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

function overlaps(items: readonly Node[], diagnostics: Diagnostic[]): void {
  for (const key of ["inside", "outside"] as const) {
    const firstById = new Map<number, Node>();
    for (const item of items) {
      const value = get(item, key);
      const id = integerOf(value);
      if (value === null || id === null) continue;
      const other = firstById.get(id);
      if (other !== undefined) {
        diagnostics.push(
          diagnostic("SBX2404", value.span, `${key} id ${id} is mapped twice`, {
            related: [{ span: other.span, label: "the first time" }],
            help: "map each id once",
          }),
        );
      } else firstById.set(id, value);
    }
  }
}
