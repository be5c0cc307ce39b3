/** `sandbox check`: which files it takes, and its exit codes. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, scratch } from "../sandbox.ts";

const test = suite("check command");

const WRONG = "sandbox: x\nprocesses: {a: {rnu: pwd}}\n";
const WARNED = "sandbox: x\nprocesses: {a: 'ls | wc'}\n";
const RIGHT = "sandbox: x\nprocesses: {a: pwd}\n";

function check(cwd: string, args: readonly string[], input = "") {
  const ran = Bun.spawnSync([process.execPath, join(root, "src/cli/main.ts"), "check", ...args], {
    cwd,
    stdin: Buffer.from(input),
    env: { ...process.env, HOME: scratch, NO_COLOR: "1" },
  });
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const dir = join(scratch, name);
  fs.mkdirSync(dir, { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(join(dir, file), text);
  return dir;
}

test("errors exit 2, warnings alone 0", () => {
  const dir = folder("codes", { "wrong.yaml": WRONG, "warned.yaml": WARNED });
  assert.is(check(dir, ["wrong.yaml"]).code, 2);
  const warned = check(dir, ["warned.yaml"]);
  assert.is(warned.code, 0);
  assert.match(warned.err, "no errors, 1 warning");
  assert.is(check(dir, ["--deny-warnings", "warned.yaml"]).code, 2);
});

test("a directory stands for the specs in it, many files are one answer", () => {
  const dir = folder("many/specs", { "a.yaml": WRONG, "b.yaml": RIGHT, "c.txt": "no spec" });
  const ran = check(join(dir, ".."), ["specs", "specs/b.yaml", "missing.yaml"]);
  assert.is(ran.code, 2);
  assert.match(ran.err, "3 specs checked: 2 errors");
  assert.match(ran.err, /SBX3002.*missing\.yaml/);
});

test("- is standard input", () => {
  assert.is(check(scratch, ["-"], RIGHT).code, 0);
  const ran = check(scratch, ["-"], WRONG);
  assert.is(ran.code, 2);
  assert.match(ran.err, " --> -:2:17");
});

test("a file of templates is no spec that lacks a name", () => {
  const dir = folder("library", {
    "right.yaml": "templates: {t: {timeout: 5s}}\n",
    "wrong.yaml": "templates: {t: {timeot: 5s}}\n",
  });
  assert.is(check(dir, ["right.yaml"]).code, 0);
  assert.match(check(dir, ["wrong.yaml"]).err, "1 spec checked: 1 error, no warnings");
});

test("nothing to check is not that all is well", () => {
  const dir = folder("empty", {});
  assert.is(check(dir, []).code, 2);
  folder("empty/sandboxes", { "a.yaml": RIGHT });
  assert.is(check(dir, []).code, 0);
});

test.run();
