/**
 * The aarch64 shim on a kernel of that machine, in a virtual machine with nothing but busybox.
 *
 * SANDBOX_TEST_KERNEL and SANDBOX_TEST_BUSYBOX name the two files, such as those of Debian's
 * linux-image-arm64 and busybox-static.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, sandbox, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("emulated");

const kernel = process.env["SANDBOX_TEST_KERNEL"];
const busybox = process.env["SANDBOX_TEST_BUSYBOX"];
const MACHINE_TIMEOUT_MS = 200_000;

const SPEC = `
sandbox: emulated
processes: {outer: {shell: "echo outer $$"}}
sandboxes:
  inner:
    namespaces: {net: new, uts: new, user: new}
    processes:
      a: {shell: "echo a $$", pid: 40}
      b: {shell: "sleep 1; echo b $$", depends_on: {a: succeeded}}
    sandboxes:
      own: {init: app, processes: {app: {shell: "sleep 1; echo app $$"}, m: sleep 1}}
`;

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
sandbox-shim run /emulated.plan
echo "exit code $?"
poweroff -f
`;

function writeDisk(): string {
  const disk = join(scratch, "disk");
  for (const folder of ["bin", "proc", "sys", "dev", "tmp", "run"]) {
    fs.mkdirSync(join(disk, folder), { recursive: true });
  }
  const [user] = users;
  assert.ok(user && busybox);
  const spec = writeSpec("emulated", SPEC);
  assert.is(sandbox(user, "plan", "-o", join(disk, "emulated.plan"), spec).code, 0);
  fs.copyFileSync(busybox, join(disk, "bin/busybox"));
  fs.chmodSync(join(disk, "bin/busybox"), 0o755);
  fs.writeFileSync(join(disk, "init"), INIT, { mode: 0o755 });
  const made = Bun.spawnSync(
    [
      ...["make", "-s", "-j2", "-C", "native", "all", "LIBC=system", "CC=aarch64-linux-gnu-gcc"],
      ...[`BUILD=${join(scratch, "objects")}`, `PRODUCT=${join(disk, "bin/sandbox-shim")}`],
    ],
    { cwd: root },
  );
  assert.is(made.exitCode, 0, made.stderr.toString());
  const archive = join(scratch, "disk.gz");
  const packed = Bun.spawnSync(
    ["sh", "-c", `cd ${disk} && find . | cpio -o -H newc --quiet | gzip > ${archive}`],
    {},
  );
  assert.is(packed.exitCode, 0, packed.stderr.toString());
  return archive;
}

/** What the processes say of their own PIDs in level 1 and below, as planned. */
const SAID = ["a 40", "app 1", "b 3", "exit code 0", "outer 2"];

function saidIn(output: string): string[] {
  const lines = output.replaceAll("\r", "").split("\n");
  return lines.filter((line) => /^(?:outer|a|b|app|exit code) \d+$/.test(line)).toSorted();
}

test("this machine: processes have their planned PIDs", () => {
  const plan = join(scratch, "here.plan");
  const [user] = users;
  assert.ok(user);
  const spec = writeSpec("emulated", SPEC);
  assert.is(sandbox(user, "plan", "-o", plan, spec).code, 0);
  const shim = process.env["SANDBOX_SHIM"] ?? `${root}/native/build/sandbox-shim`;
  const ran = Bun.spawnSync([shim, "run", plan], { stdin: "ignore" });
  assert.equal(saidIn(`${ran.stdout}exit code ${ran.exitCode}\n`), SAID);
});

const missing = [
  ...(kernel === undefined ? ["SANDBOX_TEST_KERNEL"] : []),
  ...(busybox === undefined ? ["SANDBOX_TEST_BUSYBOX"] : []),
  ...["qemu-system-aarch64", "aarch64-linux-gnu-gcc", "cpio"].filter((name) => !Bun.which(name)),
];
const NAME = "aarch64: a plan runs, and its processes have their planned PIDs";

if (missing.length > 0) {
  console.log(`SKIP this machine has no ${missing.join(", ")}`);
  test.skip(NAME);
} else {
  test(NAME, () => {
    const ran = Bun.spawnSync(
      [
        ...["qemu-system-aarch64", "-M", "virt", "-cpu", "max", "-smp", "2", "-m", "512"],
        ...["-nographic", "-no-reboot", "-net", "none", "-kernel", kernel ?? ""],
        ...["-initrd", writeDisk(), "-append", "console=ttyAMA0 quiet panic=-1"],
      ],
      { stdin: "ignore", timeout: MACHINE_TIMEOUT_MS, killSignal: "SIGKILL" },
    );
    assert.equal(saidIn(ran.stdout.toString()), SAID);
  });
}

test.run();
