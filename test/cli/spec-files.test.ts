/** Which files `check` and `fmt` take: of a folder, of the project around, and what they leave alone. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, scratch, type User, users } from "../sandbox.ts";

const test = suite("spec files");
const user = users[0] as User;
const ordinary = users.at(-1) as User;
for (const each of users) sandbox(each, "version"); // makes the users' directories

const RIGHT = "sandbox: x\nprocesses: {a: pwd}\n";
const LOOSE = "sandbox:   x\nprocesses: {a: pwd}\n";
const WRONG = "sandbox: x\nprocesses: {a: {rnu: pwd}}\n";
const COMPOSE = "services:   {a: {image: b}}\n";

function project(name: string, files: Readonly<Record<string, string>>): string {
  const dir = join(scratch, name);
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(join(dir, file, ".."), { recursive: true });
    fs.writeFileSync(join(dir, file), text);
  }
  return dir;
}

function run(cwd: string, args: readonly string[], who = user) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(commandFor(who, args), {
    cwd,
    env: environmentFor(who),
    stdin: "ignore",
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

test("init and then check, fmt and plan go together, also from a folder below", () => {
  const dir = project("fresh", { "a/b/note.txt": "" });
  assert.is(run(dir, ["init"]).code, 0);
  for (const cwd of [dir, join(dir, "a/b")]) {
    assert.match(run(cwd, ["check"]).err, "1 spec checked: no errors");
    assert.is(run(cwd, ["fmt", "--check"]).code, 0);
    assert.match(run(cwd, ["plan"]).out, /^plan sandbox /);
  }
});

test("the project is sandbox.yaml and all in sandboxes, with either ending, at any depth", () => {
  const dir = project("whole", {
    "sandbox.yml": RIGHT,
    "sandboxes/a.yaml": RIGHT,
    "sandboxes/b.yml": WRONG,
    "sandboxes/shared/deep/c.yaml": WRONG,
    "sandboxes/.hidden/d.yaml": WRONG,
    "other.yaml": WRONG,
    "in/x": "",
  });
  const { err, code } = run(join(dir, "in"), ["check"]);
  assert.is(code, 2);
  assert.match(err, "4 specs checked: 2 errors");
  assert.match(err, "--> ../sandboxes/b.yml:2:");
  assert.match(err, "--> ../sandboxes/shared/deep/c.yaml:2:");
});

test("above, a repository's top is the last folder that is looked at", () => {
  const dir = project("outer", { "sandbox.yaml": RIGHT, "repo/.git/x": "", "repo/in/x": "" });
  assert.is(run(join(dir, "repo/in"), ["check"]).code, 2);
  assert.match(run(join(dir, "repo/in"), ["check"]).err, /no folder sandboxes here or above/);
  assert.match(run(join(dir, "repo/in"), ["plan"]).err, 'cannot read "sandbox.yaml"');
});

test("above, nothing is taken from a folder that others can write to", () => {
  const dir = project("shared", { "sandbox.yaml": RIGHT, "in/x": "" });
  fs.chmodSync(dir, 0o777);
  assert.is(run(join(dir, "in"), ["check"]).code, 2);
  fs.chmodSync(dir, 0o755);
  assert.is(run(join(dir, "in"), ["check"]).code, 0);
});

test("a folder stands for its specs at any depth; other tools' files are counted and left alone", () => {
  const dir = project("folder", {
    "specs/a.yaml": RIGHT,
    "specs/b.yml": LOOSE,
    "specs/in/c.yaml": LOOSE,
    "specs/compose.yml": COMPOSE,
    "specs/node_modules/d.yaml": WRONG,
  });
  assert.match(run(dir, ["check", "specs"]).err, "3 specs checked: no errors, no warnings; other");
  assert.is(run(dir, ["check", "specs", "specs/compose.yml"]).code, 2, "this one is named");
  assert.is(run(dir, ["fmt", "--check", "specs"]).code, 1);
  const ran = run(dir, ["fmt", "specs"]);
  assert.is(ran.code, 0);
  assert.equal(ran.err.trim().split("\n"), [
    "specs/b.yml: formatted",
    "specs/in/c.yaml: formatted",
  ]);
  assert.is(fs.readFileSync(join(dir, "specs/compose.yml"), "utf8"), COMPOSE);
});

test("without any spec check and fmt say so, and exit with 2", () => {
  const dir = project("nothing", { ".git/x": "", "in/x": "" });
  for (const args of [["check"], ["fmt"], ["check", "in"], ["fmt", "in"]]) {
    const { code, err } = run(dir, args);
    assert.is(code, 2, args.join(" "));
    assert.match(err, /write one with `sandbox init`/);
  }
});

test("a finding in a file that two specs include is told once", () => {
  const include = "sandbox: x\ninclude: [t.yaml]\nprocesses: {a: {use: t, run: pwd}}\n";
  const dir = project("twice", {
    "a.yaml": include,
    "b.yaml": include,
    "t.yaml": "templates: {t: {umsk: 7}}\n",
  });
  assert.is(run(dir, ["check", "a.yaml", "b.yaml"]).err.match(/SBX2001/g)?.length, 1);
});

if (users.length > 1) {
  test("a folder that may not be looked into is a finding, no internal error", () => {
    const dir = project("locked", { "sandboxes/a.yaml": RIGHT });
    fs.chmodSync(join(dir, "sandboxes"), 0o700);
    for (const command of ["check", "fmt"]) {
      const { code, err } = run(dir, [command], ordinary);
      assert.is(code, 2, err);
      assert.match(err, 'cannot read "sandboxes" (EACCES)');
    }
    fs.chmodSync(dir, 0o700);
    for (const command of ["check", "fmt"]) {
      const script = `cd ${dir} && exec ${commandFor(ordinary, [command]).join(" ")}`;
      const ran = Bun.spawnSync(["sh", "-c", script], { env: environmentFor(ordinary) });
      assert.is(ran.exitCode, 2, ran.stderr.toString());
    }
  });
}

test.run();
