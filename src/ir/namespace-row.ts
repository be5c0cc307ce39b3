/** The namespaces around one process, as the kernel has them. */

export interface PidNamespace {
  readonly inode: number;
  /** PID here of its PID 1; null where the kernel did not say. */
  readonly init: number | null;
}

export interface NamespaceRow {
  readonly pid: number;
  /** Outermost first, its own last; empty where we may not look. */
  readonly pidns: readonly PidNamespace[];
  /** Inodes, outermost first, its own last; empty where we may not look. */
  readonly userns: readonly number[];
  /** The names in its UTS namespace; null: they may not be read. */
  readonly names: { readonly hostname: string; readonly domainname: string } | null;
}
