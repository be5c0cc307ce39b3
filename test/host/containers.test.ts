/** Control groups as engines really name them, and what they say of a process. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { containerOfCgroup } from "../../src/host/containers.ts";

const test = suite("containers");

const ID = "0123456789abcdef".repeat(4);
const POD = "12345678-1234-1234-1234-123456789abc";
const UNDERSCORED = POD.replaceAll("-", "_");

const NAMED: readonly (readonly [
  cgroup: string,
  engine: string,
  id: string,
  pod: string | null,
])[] = [
  [`0::/system.slice/docker-${ID}.scope`, "docker", ID, null],
  [`9:name=systemd:/docker/${ID}\n8:pids:/docker/${ID}`, "docker", ID, null],
  [`0::/../docker-${ID}.scope/init`, "docker", ID, null],
  [`0::/machine.slice/libpod-${ID}.scope/container`, "podman", ID, null],
  [
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`,
    "podman",
    ID,
    null,
  ],
  [
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`,
    "containerd",
    ID,
    POD,
  ],
  [`0::/kubepods.slice/kubepods-pod${UNDERSCORED}.slice/crio-${ID}.scope`, "cri-o", ID, POD],
  [`4:memory:/kubepods/besteffort/pod${POD}/${ID}`, "kubernetes", ID, POD],
  ["0::/lxc.payload.web-1/system.slice", "lxc", "web-1", null],
  ["2:cpu:/lxc/web-1", "lxc", "web-1", null],
  [
    "0::/machine.slice/systemd-nspawn@deb\\x2dtree.service/payload",
    "systemd-nspawn",
    "deb-tree",
    null,
  ],
  ["0::/machine.slice/machine-deb\\x2dtree.scope", "systemd-nspawn", "deb-tree", null],
  ["0::/machine.slice/machine-qemu\\x2d2\\x2dwin10.scope/libvirt/vcpu0", "libvirt", "win10", null],
  ["0::/machine.slice/machine-lxc\\x2d7\\x2da\\x2db.scope", "libvirt", "a-b", null],
  ["0::/system.slice/runc-mybox.scope", "runc", "mybox", null],
  ["0::/system.slice/crun-mybox.scope", "crun", "mybox", null],
];

for (const [cgroup, engine, id, pod] of NAMED) {
  test(`${cgroup.split("\n")[0]} is of ${engine}`, () => {
    assert.equal(containerOfCgroup(cgroup), { engine, id, pod });
  });
}

test("what only looks like a container is none", () => {
  for (const cgroup of [
    "0::/",
    "0::/system.slice/docker.service",
    "0::/system.slice/containerd.service",
    "0::/user.slice/user-1000.slice/session-2.scope",
    "0::/lxc.monitor.web-1",
    "0::/init.scope",
  ]) {
    assert.is(containerOfCgroup(cgroup), null, cgroup);
  }
});

test.run();
