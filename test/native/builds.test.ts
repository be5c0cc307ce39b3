/** The shim built by each compiler and C library that this machine has, without one warning. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, sandbox, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("builds");

interface Build {
  readonly name: string;
  /** Programs that it takes. */
  readonly needs: readonly string[];
  readonly make: readonly string[];
  /** Runs the product on this machine; null: nothing here does. */
  readonly runner: readonly string[] | null;
  /** ELF's number of the machine. Source: elf(5), linux/elf-em.h. */
  readonly machine: number;
}

const NATIVE = process.arch === "arm64" ? 183 : 62;
const AARCH64 = 183;
const qemu = Bun.which("qemu-aarch64-static") ?? Bun.which("qemu-aarch64");

const BUILDS: readonly Build[] = [
  { name: "musl", needs: ["musl-gcc"], make: ["LIBC=musl"], runner: [], machine: NATIVE },
  { name: "glibc", needs: ["cc"], make: ["LIBC=system"], runner: [], machine: NATIVE },
  {
    name: "clang",
    needs: ["clang"],
    make: ["LIBC=system", "CC=clang"],
    runner: [],
    machine: NATIVE,
  },
  {
    name: "analyzer",
    needs: ["gcc"],
    make: ["LIBC=system", "CC=gcc", "CFLAGS=-O1 -fanalyzer"],
    runner: [],
    machine: NATIVE,
  },
  {
    name: "aarch64",
    needs: ["aarch64-linux-gnu-gcc"],
    make: ["LIBC=system", "CC=aarch64-linux-gnu-gcc"],
    runner: process.arch === "arm64" ? [] : qemu === null ? null : [qemu],
    machine: AARCH64,
  },
];

const good = join(scratch, "good.plan");
const broken = join(scratch, "broken.plan");

test.before(() => {
  const [user] = users;
  assert.ok(user);
  const spec = writeSpec("builds", 'sandbox: builds\nprocesses: {a: "true"}\n');
  assert.is(sandbox(user, "plan", "-o", good, spec).code, 0);
  fs.writeFileSync(broken, fs.readFileSync(good).subarray(0, 100));
});

function run(build: Build, shim: string, ...args: string[]) {
  const ran = Bun.spawnSync([...(build.runner ?? []), shim, ...args], { stdin: "ignore" });
  return { code: ran.exitCode, err: ran.stderr.toString(), out: ran.stdout.toString() };
}

/** Whether the program asks for no loader, and for which machine it is. Source: elf(5). */
function elfOf(path: string): { readonly machine: number; readonly isStatic: boolean } {
  const bytes = fs.readFileSync(path);
  const PT_INTERP = 3;
  const at = Number(bytes.readBigUInt64LE(32));
  const count = bytes.readUInt16LE(56);
  const size = bytes.readUInt16LE(54);
  const types = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(at + index * size));
  return { machine: bytes.readUInt16LE(18), isStatic: !types.includes(PT_INTERP) };
}

for (const build of BUILDS) {
  const missing = build.needs.filter((program) => Bun.which(program) === null);
  const name = `${build.name}: builds without a warning, and the product runs`;
  if (missing.length > 0) {
    console.log(`SKIP this machine has no ${missing.join(", ")}`);
    test.skip(name);
    continue;
  }
  test(name, () => {
    const objects = join(scratch, build.name);
    const shim = join(objects, "sandbox-shim");
    const made = Bun.spawnSync(
      [
        ...["make", "-s", "-j2", "-C", "native", "all", "CFLAGS=-O1"],
        ...[`BUILD=${objects}`, `PRODUCT=${shim}`, ...build.make],
      ],
      { cwd: root, env: { PATH: process.env["PATH"] ?? "" } },
    );
    assert.is(made.exitCode, 0, made.stderr.toString());
    assert.is(made.stderr.toString(), "");
    const look = join(objects, "sandbox-look");
    for (const program of [shim, look])
      assert.equal(elfOf(program), { machine: build.machine, isStatic: true });
    if (build.runner === null) return;
    assert.match(run(build, shim, "version").out, /^sandbox-shim wire [0-9a-f]{8}\n$/);
    assert.match(run(build, look, "version").out, /^sandbox-look wire [0-9a-f]{8}\n$/);
    assert.is(run(build, look, "namespaces", String(process.pid)).code, 0);
    assert.is(run(build, look, "snapshot", String(process.pid)).code, 0);
    assert.is(run(build, shim, "snapshot", "1").code, 64);
    // Under qemu-user the shim finds no way to seal its program, and 7.2 has no clone3.
    if (build.runner.length > 0) return;
    const refused = run(build, shim, "run", broken);
    assert.is(refused.code, 64);
    assert.match(refused.err, /image_size/);
    assert.is(run(build, shim, "run", good).code, 0);
  });
}

test.run();
