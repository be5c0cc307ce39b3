/** What is known of one process of the machine: where it lives, and whose it is. */

import { NAMESPACES } from "../base/namespace-kinds.ts";

/** The kinds that Linux has, by the names of /proc/PID/ns. Source: namespaces(7). */
export const PROC_NAMESPACES: readonly string[] = NAMESPACES.map(({ file }) => file);

export interface FactsLevel {
  /** 0 is the PID namespace that /proc shows. */
  readonly level: number;
  readonly pid: number;
  /** Inode; null where we may not look. */
  readonly pidns: number | null;
  /** PID here, and name, of its PID 1; null: not known. */
  readonly init: number | null;
  readonly initComm: string | null;
}

export interface Container {
  /** Who made it: `docker`, `podman`, `runc` … */
  readonly engine: string;
  readonly id: string;
  /** The UID of the Kubernetes pod around it. */
  readonly pod: string | null;
}

/** A process's place in a run of ours. */
export interface RunMembership {
  readonly run: string;
  /** The path of the process or of its ancestor; the sandbox's where the process came from outside. */
  readonly path: string;
  readonly kind: "init" | "declared" | "forked" | "joined";
}

export interface ProcessFacts {
  readonly pid: number;
  readonly comm: string;
  readonly argv: readonly string[];
  readonly uid: number;
  /** One letter, as in proc_pid_stat(5). */
  readonly state: string;
  readonly levels: readonly FactsLevel[];
  /** By kind; `here` is whether it is the one that we are in ourselves. */
  readonly namespaces: Readonly<Record<string, { inode: number | null; here: boolean }>>;
  /** Inode of the PID namespace that its next child is born into, where that is another. */
  readonly childrenPidns: number | null;
  readonly cgroup: string | null;
  readonly container: Container | null;
  readonly sandbox: RunMembership | null;
  /**
   * Whether there are PID namespaces above level 0: none above the machine's own; `foreign`: /proc
   * is not of the PID namespace that this program runs in.
   */
  readonly observer: { readonly isInitial: boolean; readonly isForeign: boolean };
}
