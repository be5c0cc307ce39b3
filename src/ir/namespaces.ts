/** The namespace kinds a sandbox may create, with the kernel's names and flags. Pure. */

/**
 * Kinds in the order of the bits in a plan image and of the `inodes` in a state table.
 * Never reorder: the index is part of the wire layout.
 */
export const NAMESPACE_KINDS = ["pid", "user", "mount", "ipc", "uts", "net", "cgroup"] as const;

export type NamespaceKind = (typeof NAMESPACE_KINDS)[number];

/**
 * How a sandbox gets a namespace. `auto` stands only for the root's user namespace: new where the
 * caller has no CAP_SYS_ADMIN, else inherited; the shim decides, so that the plan stays the same on
 * every host.
 */
export type NamespaceMode = "new" | "inherit" | "auto";

/** CLONE_ flag name of each kind. Source: clone(2). */
export const CLONE_FLAGS: Readonly<Record<NamespaceKind, string>> = {
  pid: "CLONE_NEWPID",
  user: "CLONE_NEWUSER",
  mount: "CLONE_NEWNS",
  ipc: "CLONE_NEWIPC",
  uts: "CLONE_NEWUTS",
  net: "CLONE_NEWNET",
  cgroup: "CLONE_NEWCGROUP",
};
