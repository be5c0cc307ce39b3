/** Why PIDs come in start order on this host, and what to do. Pure. */

import type { Confinement } from "../host/confinement.ts";

/** As `sys_has_set_tid` and the monitor see it: clone3 with set_tid, and ns_last_pid. */
export function startOrderText(host: Confinement): string {
  const effect = "refused: PIDs come in start order and pins are not kept";
  if (host.isProcSubset) {
    return `${effect}; mount /proc without subset=pid, which hides /proc/sys/kernel/ns_last_pid (systemd: ProcSubset=all)`;
  }
  if (host.hasFilter) {
    return `${effect}; let the seccomp filter that is in force here (\`Seccomp: 2\` in /proc/self/status) allow clone3`;
  }
  return `${effect}; use a kernel from 5.5 on with CONFIG_CHECKPOINT_RESTORE`;
}
