/** Files that commands write: whole, or as before, with the reason and the right exit code. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, scratch, type User, users } from "../sandbox.ts";

const test = suite("output files");
const user = users[0] as User;
sandbox(user, "version"); // makes the user's directories

const LONG = `sandbox: x\nprocesses:\n${Array.from({ length: 900 }, (_, n) => `  p${n}:   pwd\n`).join("")}`;

function folder(name: string): string {
  const path = join(scratch, name);
  fs.mkdirSync(path);
  fs.writeFileSync(join(path, "long.yaml"), LONG);
  return path;
}

/** Runs a shell script in which `$S` is the command. */
function shell(cwd: string, script: string) {
  const { exitCode, stderr } = Bun.spawnSync(["bash", "-c", script], {
    cwd,
    env: { ...environmentFor(user), S: commandFor(user, []).join(" ") },
    stdin: "ignore",
  });
  return { code: exitCode, err: stderr.toString() };
}

/** Folders where a file of 16 KiB does not fit, and the errno of that. */
const folders: readonly (readonly [name: string, before: string, errno: string])[] = [
  ["a file-size limit", "ulimit -f 8", "EFBIG"],
  ...(process.getuid?.() === 0
    ? [
        [
          "a full disk",
          "mount -t tmpfs -o size=20k t ../in; cd ..; cp long.yaml in; cd in",
          "ENOSPC",
        ] as const,
      ]
    : []),
];

for (const [name, before, errno] of folders) {
  test(`${name}: plan -o, init and fmt leave no part of a file, and exit with 3`, () => {
    const cwd = join(folder(name.replaceAll(" ", "-")), "in");
    fs.mkdirSync(cwd);
    fs.copyFileSync(join(cwd, "../long.yaml"), join(cwd, "long.yaml"));
    for (const [command, files] of [
      ["$S plan long.yaml -o long.plan", "long.yaml"],
      ["$S fmt long.yaml", "long.yaml"],
    ] as const) {
      const script = `${before}; ${command}; code=$?; ls -A >&2; cmp long.yaml ../long.yaml; exit $code`;
      const ran = shell(cwd, process.getuid?.() === 0 ? `unshare -m bash -c '${script}'` : script);
      assert.is(ran.code, 3, ran.err);
      assert.match(ran.err, errno);
      assert.match(ran.err, new RegExp(`\n${files}\n$`));
    }
  });
}

test("init without room leaves nothing and exits with 3, and with 1 where the file is there", () => {
  const cwd = folder("init");
  const ran = shell(cwd, "ulimit -f 0; $S init new");
  assert.is(ran.code, 3);
  assert.match(ran.err, /cannot write new.yaml: EFBIG/);
  assert.equal(fs.readdirSync(cwd), ["long.yaml"]);
  assert.is(shell(cwd, "$S init new; $S init new").code, 1);
  assert.equal(fs.readdirSync(cwd).toSorted(), ["long.yaml", "new.yaml"]);
});

test("a file keeps its mode and its links, and a device takes what is written", () => {
  const cwd = folder("modes");
  fs.writeFileSync(join(cwd, "old.plan"), "old", { mode: 0o640 });
  fs.symlinkSync("old.plan", join(cwd, "link.plan"));
  assert.is(shell(cwd, "umask 077; $S plan long.yaml -o link.plan").code, 0);
  assert.ok(fs.lstatSync(join(cwd, "link.plan")).isSymbolicLink());
  assert.is(fs.statSync(join(cwd, "old.plan")).mode & 0o777, 0o640);
  assert.ok(fs.statSync(join(cwd, "old.plan")).size > 1_000);
  assert.is(shell(cwd, "$S plan long.yaml -o /dev/null").code, 0);
  assert.is(shell(cwd, "$S plan long.yaml -o /dev/full").code, 3);
  assert.ok(fs.statSync("/dev/null").isCharacterDevice());
});

test("a file keeps its other names, and its owner", () => {
  const cwd = folder("names");
  fs.linkSync(join(cwd, "long.yaml"), join(cwd, "other.yaml"));
  if (process.getuid?.() === 0) fs.chownSync(join(cwd, "long.yaml"), 1000, 1000);
  assert.is(shell(cwd, "umask 077; $S fmt long.yaml").code, 0);
  const status = fs.statSync(join(cwd, "other.yaml"));
  assert.is(status.nlink, 2);
  assert.not.match(fs.readFileSync(join(cwd, "other.yaml"), "utf8"), ":   pwd");
  fs.rmSync(join(cwd, "other.yaml"));
  fs.writeFileSync(join(cwd, "long.yaml"), LONG);
  assert.is(shell(cwd, "umask 077; $S fmt long.yaml").code, 0);
  const { uid, gid, mode } = fs.statSync(join(cwd, "long.yaml"));
  assert.equal([uid, gid, mode], [status.uid, status.gid, status.mode]);
});

test("links that another user has put where the new file could be made lead nowhere", () => {
  const cwd = folder("planted");
  fs.writeFileSync(join(cwd, "victim"), "precious");
  const plant = `for n in $(seq $BASHPID $((BASHPID + 300))); do ln -s victim long.yaml.$n; done`;
  assert.is(shell(cwd, `${plant}; $S fmt long.yaml`).code, 0);
  assert.is(fs.readFileSync(join(cwd, "victim"), "utf8"), "precious");
  assert.ok(fs.lstatSync(join(cwd, "long.yaml")).isFile());
});

test("a file that is mounted by itself is replaced in place", () => {
  if (process.getuid?.() !== 0) return; // needs a mount
  const cwd = folder("mounted");
  const script = "touch m.plan o.plan; mount --bind o.plan m.plan; $S plan long.yaml -o m.plan";
  assert.is(shell(cwd, `unshare -m sh -c '${script}'`).code, 0);
  assert.ok(fs.statSync(join(cwd, "o.plan")).size > 1_000);
});

test.run();
