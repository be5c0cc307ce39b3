/** How a sandbox gets each of its namespaces; `base/namespace-kinds.ts` has the kinds. */

export { NAMESPACE_KINDS, type NamespaceKind } from "../base/namespace-kinds.ts";

/**
 * How a sandbox gets a namespace. `auto` stands only for the root's user namespace: new where the
 * caller has no CAP_SYS_ADMIN, else inherited; the shim decides, so that the plan stays the same on
 * every host.
 */
export type NamespaceMode = "new" | "inherit" | "auto";
