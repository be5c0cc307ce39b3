/** Specs and includes that never end: every command says so within seconds. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startClient } from "../lsp-client.ts";
import { root } from "../sandbox.ts";

const test = suite("endless files");

const dir = fs.mkdtempSync(join(tmpdir(), "sandbox-endless-"));
process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));

/** Far more than any of it takes, also beside others; far less than for ever. */
const TIMEOUT_MS = 30_000;
const MIB = 1024 * 1024;

Bun.spawnSync(["mkfifo", join(dir, "fifo.yaml")]);
fs.symlinkSync("fifo.yaml", join(dir, "fifo-link.yaml"));
fs.symlinkSync("/dev/zero", join(dir, "zero.yaml"));
fs.symlinkSync("/proc/kmsg", join(dir, "kmsg.yaml"));
fs.closeSync(fs.openSync(join(dir, "sparse.yaml"), "w"));
fs.truncateSync(join(dir, "sparse.yaml"), 6 * 1024 ** 3);
fs.mkdirSync(join(dir, "folder.yaml"));

function sandbox(args: readonly string[], stdin: "ignore" | number | Buffer = "ignore") {
  const ran = Bun.spawnSync([process.execPath, join(root, "src/cli/main.ts"), ...args], {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: dir },
    stdin,
    timeout: TIMEOUT_MS,
  });
  const isInTime = ran.signalCode === undefined || ran.signalCode === null;
  return {
    code: ran.exitCode,
    isInTime,
    text: ran.stdout.toString() + ran.stderr.toString(),
    megabytes: (ran.resourceUsage?.maxRSS ?? 0) / 1e6,
  };
}

const ENDLESS = [
  "fifo.yaml",
  "fifo-link.yaml",
  "zero.yaml",
  "kmsg.yaml",
  "sparse.yaml",
  "/dev/zero",
  "/dev/urandom",
  "/dev/stdin",
  "/proc/self/fd/0",
];

for (const file of ENDLESS) {
  test(`${file} as the spec is refused by all commands`, () => {
    for (const command of [["check"], ["plan"], ["up"], ["fmt", "--check"], ["doctor"]]) {
      const ran = sandbox([...command, file]);
      assert.ok(ran.isInTime, command.join(" "));
      assert.is(ran.code, 2, ran.text);
      assert.match(ran.text, /SBX(3002|1006)/);
    }
  });

  test(`${file} as an include is refused`, () => {
    const spec = `sandbox: x\ninclude: ["${file}"]\nprocesses: {a: pwd}\n`;
    fs.writeFileSync(join(dir, "spec.yaml"), spec);
    for (const more of [[], ["--allow-include", "/"]]) {
      const ran = sandbox(["check", "spec.yaml", ...more]);
      assert.ok(ran.isInTime);
      assert.is(ran.code, 2, ran.text);
      assert.match(ran.text, /SBX(2116|2126|1006|1007)/);
    }
  });
}

test("standard input is read no further than a spec may be long", () => {
  const zero = fs.openSync("/dev/zero", "r");
  for (const command of ["check", "plan", "fmt"]) {
    const ran = sandbox([command, "-"], zero);
    assert.ok(ran.isInTime);
    assert.is(ran.code, 2);
    assert.match(ran.text, /SBX1006.*larger than 16 MiB/);
    assert.ok(ran.megabytes < 500, `${ran.megabytes} MB`);
  }
  fs.closeSync(zero);
});

test("reports are read from regular files alone", () => {
  const ran = sandbox(["report", "./fifo.yaml"]);
  assert.ok(ran.isInTime);
  assert.match(ran.text, "it is a FIFO, no regular file");
});

test("60 files of 8 MiB are refused at the first that is too much", () => {
  const names = Array.from({ length: 60 }, (_, index) => `part-${index}.yaml`);
  const filling = `${"# filling\n".repeat((8 * MIB - 100) / 10)}`;
  for (const [index, name] of names.entries()) {
    fs.writeFileSync(join(dir, name), `templates: {t${index}: {umask: "077"}}\n${filling}`);
  }
  fs.writeFileSync(
    join(dir, "spec.yaml"),
    `sandbox: x\ninclude: [${names.join(", ")}]\nprocesses: {a: {use: t0, run: pwd}}\n`,
  );
  const ran = sandbox(["check", "spec.yaml"]);
  for (const name of names) fs.rmSync(join(dir, name));
  assert.ok(ran.isInTime);
  assert.match(ran.text, /SBX1006.*"part-2.yaml" is too large/);
  assert.match(ran.text, "1 error, no warnings");
  assert.ok(ran.megabytes < 1_000, `${ran.megabytes} MB`);
});

test("a long chain of small files is refused by their number", () => {
  for (let index = 0; index < 1_100; index++) {
    fs.writeFileSync(join(dir, `link-${index}.yaml`), `include: [link-${index + 1}.yaml]\n`);
  }
  fs.writeFileSync(join(dir, "link-1100.yaml"), "templates: {t: {umask: '077'}}\n");
  fs.writeFileSync(
    join(dir, "spec.yaml"),
    "sandbox: x\ninclude: [link-0.yaml]\nprocesses: {a: {use: t, run: pwd}}\n",
  );
  const ran = sandbox(["check", "spec.yaml"]);
  assert.is(ran.code, 2);
  assert.match(ran.text, /SBX2310.*more than 1000 files are included/);
});

test("the language server answers on, whatever a document includes", async () => {
  const client = await startClient([
    process.execPath,
    join(root, "src/cli/main.ts"),
    "lsp",
    "--stdio",
    "--allow-include",
    "/",
  ]);
  const uri = `file://${join(dir, "open.yaml")}`;
  try {
    for (const file of ENDLESS) {
      const spec = `sandbox: x\ninclude: ["${file}"]\nprocesses: {a: pwd}\n`;
      const [first] = await client.diagnose(uri, spec);
      assert.ok(first === undefined || /SBX(2116|2126|1006|1007)/.test(String(first.code)), file);
    }
    assert.equal(await client.diagnose(uri, "sandbox: x\nprocesses: {a: pwd}\n"), []);
  } finally {
    await client.stop();
  }
});

test.run();
