/** The namespace kinds that a spec can ask for: the one table, for TypeScript and C. Pure. */

export interface NamespaceEntry {
  /** As a spec names it. */
  readonly kind: string;
  /** Source: clone(2). */
  readonly flag: `CLONE_NEW${string}`;
  /** As /proc/PID/ns names it. Source: namespaces(7). */
  readonly file: string;
  /** What a sandbox has where its spec says nothing; the root's user namespace is `auto` then. */
  readonly fallback: "new" | "inherit";
  /**
   * Where the kernel keeps it: a member of `struct nsproxy` and the struct it points to; null where
   * it is kept elsewhere. Source: include/linux/nsproxy.h.
   */
  readonly kernel: { readonly member: string; readonly struct: string } | null;
  /** Not made by clone3, but by the sandbox's first process while it builds the sandbox. */
  readonly isLate?: true;
}

/**
 * In the order of the bits in a plan image and of the `inodes` in a state table, which is also the
 * order in which plans name them.
 */
export const NAMESPACES = [
  { kind: "pid", flag: "CLONE_NEWPID", file: "pid", fallback: "new", kernel: null },
  { kind: "user", flag: "CLONE_NEWUSER", file: "user", fallback: "inherit", kernel: null },
  {
    kind: "mount",
    flag: "CLONE_NEWNS",
    file: "mnt",
    fallback: "new",
    kernel: { member: "mnt_ns", struct: "mnt_namespace" },
  },
  {
    kind: "ipc",
    flag: "CLONE_NEWIPC",
    file: "ipc",
    fallback: "new",
    kernel: { member: "ipc_ns", struct: "ipc_namespace" },
  },
  {
    kind: "uts",
    flag: "CLONE_NEWUTS",
    file: "uts",
    fallback: "new",
    kernel: { member: "uts_ns", struct: "uts_namespace" },
  },
  {
    kind: "net",
    flag: "CLONE_NEWNET",
    file: "net",
    fallback: "inherit",
    kernel: { member: "net_ns", struct: "net" },
  },
  {
    kind: "cgroup",
    flag: "CLONE_NEWCGROUP",
    file: "cgroup",
    fallback: "new",
    kernel: { member: "cgroup_ns", struct: "cgroup_namespace" },
  },
  {
    kind: "time",
    flag: "CLONE_NEWTIME",
    file: "time",
    fallback: "inherit",
    kernel: { member: "time_ns", struct: "time_namespace" },
    isLate: true,
  },
] as const satisfies readonly NamespaceEntry[];

export type NamespaceKind = (typeof NAMESPACES)[number]["kind"];

export const NAMESPACE_KINDS: readonly NamespaceKind[] = NAMESPACES.map(({ kind }) => kind);

/** A record with a value for each kind, in the order of the table. */
export function byKind<Value>(
  make: (entry: (typeof NAMESPACES)[number], index: number) => Value,
): Record<NamespaceKind, Value> {
  const entries = NAMESPACES.map((entry, index) => [entry.kind, make(entry, index)] as const);
  return Object.fromEntries(entries) as Record<NamespaceKind, Value>;
}

/** As /proc/PID/ns names the kinds. */
export type NamespaceFile = (typeof NAMESPACES)[number]["file"];

/** The entries by kind. */
export const NAMESPACE: Readonly<
  Record<NamespaceKind, NamespaceEntry & { readonly file: NamespaceFile }>
> = byKind((entry) => entry);
