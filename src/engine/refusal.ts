/** Why this host refused a step, where it shows: a filter, a capability that is not there. Pure. */

import { errnoName } from "../base/errno-names.ts";
import type { Confinement } from "../host/confinement.ts";
import type { Step } from "../wire/steps.ts";
import { type Fault, type FaultText, faultText } from "./fault-text.ts";

/** What a step takes of who has CAP_SYS_ADMIN already. Numbers: capabilities(7), linux/capability.h. */
const NEEDED: Readonly<Partial<Record<Step, readonly [name: string, number: number]>>> = {
  bounding_set: ["CAP_SETPCAP", 8],
  drop_capabilities: ["CAP_SETPCAP", 8],
  groups: ["CAP_SETGID", 6],
  gid: ["CAP_SETGID", 6],
  gid_map: ["CAP_SETGID", 6],
  uid: ["CAP_SETUID", 7],
  uid_map: ["CAP_SETUID", 7],
  join: ["CAP_SYS_CHROOT", 18],
  loopback: ["CAP_NET_ADMIN", 12],
  time_offsets: ["CAP_SYS_TIME", 25],
  nice: ["CAP_SYS_NICE", 23],
};

const CAP_SYS_ADMIN = 21;

/** A filter answers with these as a rule. */
const REFUSALS: ReadonlySet<string> = new Set(["EPERM", "EACCES", "ENOSYS"]);

/** `faultText`, with the cause instead of a general advice where this process shows it. */
export function refusalText(path: string | null, fault: Fault, host: Confinement): FaultText {
  const text = faultText(path, fault);
  const cause = REFUSALS.has(errnoName(fault.errno)) ? causeOf(fault, text, host) : null;
  return cause === null ? text : { ...text, help: cause };
}

function causeOf({ step, errno }: Fault, { code }: FaultText, host: Confinement): string | null {
  const isMissing = errnoName(errno) !== "ENOSYS" && host.has(CAP_SYS_ADMIN);
  const needed = NEEDED[step];
  if (isMissing && needed !== undefined && !host.has(needed[1])) {
    return `give ${needed[0]} to this command: it is not among its capabilities (CapEff in /proc/self/status)`;
  }
  if (step === "mount_proc" && host.isProcCovered) return null;
  // What one process asks for and may not have is its own matter, filter or not.
  if (host.hasFilter && code !== "SBX4001" && code !== "SBX4002" && code !== "SBX4012") {
    return "let the seccomp filter that is in force here (`Seccomp: 2` in /proc/self/status) allow clone3, unshare, setns, and mount with its newer kin: it is the likely cause";
  }
  if (step !== "mount_proc") return null;
  return "run outside of this user namespace, or mount a new /proc in it first: nothing covers the one here, and yet the kernel allows no other";
}
