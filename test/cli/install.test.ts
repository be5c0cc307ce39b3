/** The package as others get it: packed, installed elsewhere without scripts or a compiler, and run. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { environmentFor, root, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("install");

/** A space in its name; everybody may look into it. */
const prefix = join(scratch, "in stalled");
let tarball = "";

function ran(cmd: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...cmd], {
    cwd,
    env: { ...process.env, ...env },
    stdin: "ignore",
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

/** Where a compiler would be found, had one been there. */
const NO_COMPILER = join(scratch, "no-compiler");

test.before(() => {
  const packed = ran(
    ["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", scratch],
    root,
  );
  assert.is(packed.code, 0, packed.err);
  const [{ filename }] = JSON.parse(packed.out);
  tarball = join(scratch, filename);
  fs.mkdirSync(NO_COMPILER);
  for (const name of ["npm", "node", "sh", "env"]) {
    fs.symlinkSync(Bun.which(name) ?? "", join(NO_COMPILER, name));
  }
  const installed = ran(
    ["npm", "install", "--global", "--offline", "--prefix", prefix, tarball],
    scratch,
    { PATH: NO_COMPILER },
  );
  assert.is(installed.code, 0, installed.err);
  assert.not.match(installed.err, /warn/, "nothing is to be allowed first");
});

test("it has the command, its programs, manual and specs, and nothing of the workshop", () => {
  const folder = join(prefix, "lib/node_modules/namespace-sandbox");
  const files = [...new Bun.Glob("**").scanSync({ cwd: folder })];
  for (const name of ["build/sandbox", "native/build/sandbox-shim", "native/build/sandbox-look"]) {
    assert.ok(files.includes(name), name);
  }
  assert.ok(files.includes("docs/man/sandbox.5"));
  assert.ok(files.includes("LICENSE"));
  const others = files.filter((name) =>
    /^(src|test|bench|native\/[^b]|node_modules|\.)/.test(name),
  );
  assert.equal(others, []);
});

test("its manual is where man(1) looks", () => {
  assert.ok(fs.existsSync(join(prefix, "share/man/man1/sandbox-up.1")));
  assert.ok(fs.existsSync(join(prefix, "share/man/man5/sandbox.5")));
});

for (const user of users) {
  test(`${user.name}: it runs a spec from another folder`, () => {
    const spec = writeSpec(
      "installed",
      'sandbox: installed\nprocesses: {a: {shell: "echo I am $$"}}\n',
    );
    const command = [...user.prefix, join(prefix, "bin/sandbox")];
    const env = environmentFor(user);
    const up = ran([...command, "up", spec], "/", env);
    assert.is(up.code, 0, up.err);
    assert.match(up.out, /I am 2\n/);
    assert.is(ran([...command, "--version"], "/tmp", env).out, "0.1.0\n");
  });
}

test("a folder that is built can be installed as it stands", () => {
  const linked = join(scratch, "linked");
  const installed = ran(
    ["npm", "install", "--global", "--offline", "--prefix", linked, root],
    scratch,
  );
  assert.is(installed.code, 0, installed.err);
  assert.is(ran([join(linked, "bin/sandbox"), "--version"], "/").out, "0.1.0\n");
});

test("no document tells anybody to run what the registry has under the name of the command", () => {
  const documents = ["*.md", "docs/*.md"].flatMap((glob) => [...new Bun.Glob(glob).scanSync(root)]);
  assert.ok(documents.length > 5);
  for (const name of documents) {
    assert.not.match(fs.readFileSync(join(root, name), "utf8"), /npx (--?\S+ )*sandbox/, name);
  }
});

test.run();
