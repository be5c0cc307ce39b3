/** Names of runs: two that begin at the same moment do not get one directory. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRunDir, liveRuns, removeRunDir } from "../../src/engine/run-dir.ts";

const test = suite("run-dir");

const runtime = fs.mkdtempSync(join(tmpdir(), "sandbox-run-dir-"));
process.on("exit", () => fs.rmSync(runtime, { recursive: true, force: true }));

for (const owner of [null, "", "12"]) {
  test(`a directory being made is left alone, and is no run: its owner written as ${owner}`, () => {
    process.env["SANDBOX_RUN_DIR"] = join(runtime, "sandbox");
    const path = join(runtime, "sandbox/.new-early");
    fs.mkdirSync(path, { recursive: true });
    if (owner !== null) fs.writeFileSync(join(path, "owner"), owner);
    const made = createRunDir("early", false, new Uint8Array());
    assert.ok(made.ok);
    assert.is(made.dir.name, "early");
    assert.equal(
      liveRuns().flatMap(({ name }) => (name.includes("early") ? [name] : [])),
      ["early"],
    );
    assert.ok(fs.existsSync(path));
    removeRunDir(made.dir);
    fs.rmSync(path, { recursive: true });
  });
}

test("of two with one name the second gets a number, or nothing where it was chosen", () => {
  process.env["SANDBOX_RUN_DIR"] = join(runtime, "sandbox");
  const first = createRunDir("twice", false, new Uint8Array());
  const second = createRunDir("twice", false, new Uint8Array());
  assert.ok(first.ok && second.ok);
  assert.is(second.dir.name, "twice-2");
  assert.equal(createRunDir("twice", true, new Uint8Array()), {
    ok: false,
    reason: "name-in-use",
    detail: "twice",
  });
  for (const { dir } of [first, second]) removeRunDir(dir);
  assert.equal(fs.readdirSync(join(runtime, "sandbox")), []);
});

test("a directory whose owner is dead is taken over", () => {
  process.env["SANDBOX_RUN_DIR"] = join(runtime, "sandbox");
  const path = join(runtime, "sandbox/dead");
  fs.mkdirSync(path, { recursive: true });
  fs.writeFileSync(join(path, "owner"), `${process.pid} 1`);
  const made = createRunDir("dead", true, new Uint8Array());
  assert.ok(made.ok);
  removeRunDir(made.dir);
});

test.run();
