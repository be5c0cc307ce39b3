/** A refusal of the host is explained by what is in force, and by nothing that is not. */

import { constants } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refusalText } from "../../src/engine/refusal.ts";
import type { Step } from "../../src/wire/steps.ts";

const test = suite("refusal");

const SYS_ADMIN = 21;
const host = (
  given: { hasFilter?: boolean; isProcCovered?: boolean; capabilities?: readonly number[] } = {},
) => ({
  hasFilter: given.hasFilter ?? false,
  isProcSubset: false,
  isProcCovered: given.isProcCovered ?? false,
  has: (number: number) => (given.capabilities ?? []).includes(number),
});

const helpOf = (step: Step, errno: keyof typeof constants.errno, at: ReturnType<typeof host>) =>
  refusalText("a", { step, errno: constants.errno[errno], level: 1 }, at).help;

test("a missing capability is named, by who has the right to the rest", () => {
  const admin = { capabilities: [SYS_ADMIN] };
  assert.match(helpOf("bounding_set", "EPERM", host(admin)), "CAP_SETPCAP");
  assert.match(helpOf("uid_map", "EPERM", host(admin)), "CAP_SETUID");
  assert.match(helpOf("loopback", "EPERM", host({ ...admin, hasFilter: true })), "CAP_NET_ADMIN");
  assert.match(helpOf("join", "EPERM", host(admin)), "give CAP_SYS_CHROOT");
  const whole = host({ capabilities: [SYS_ADMIN, 8, 7, 12] });
  assert.not.match(helpOf("bounding_set", "EPERM", whole), "CAP_");
});

test("a filter is named for what a filter refuses", () => {
  const filtered = host({ hasFilter: true });
  assert.match(helpOf("clone_init", "EPERM", filtered), "seccomp");
  assert.match(helpOf("mount_proc", "EPERM", filtered), "seccomp");
  assert.match(helpOf("clone_init", "ENOSYS", filtered), "seccomp");
  assert.not.match(helpOf("clone_init", "ENOSPC", filtered), "seccomp");
  assert.not.match(helpOf("exec", "EACCES", filtered), "seccomp");
  assert.not.match(helpOf("clone_init", "EPERM", host()), "seccomp");
});

test("a covered /proc is said to be one only where something covers it", () => {
  assert.match(helpOf("mount_proc", "EPERM", host({ isProcCovered: true })), "partly covered");
  assert.match(helpOf("mount_proc", "EPERM", host()), "nothing covers");
});

test.run();
