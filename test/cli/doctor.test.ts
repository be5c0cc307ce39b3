/** What the host can do, and whether the sandboxes of a spec can be had on it. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  commandFor,
  environmentFor,
  freshMark,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("doctor");

interface Doctor {
  readonly findings: readonly { feature: string; ok: boolean; detail: string }[];
}

for (const user of users) {
  test(`says that a spec can be had here, as ${user.name}`, () => {
    const ran = sandbox(user, "doctor", "--json", `${root}/sandboxes/russian-doll.yaml`);
    const { findings } = JSON.parse(ran.out) as Doctor;
    const last = findings.at(-1);
    assert.is(ran.code, 0, ran.out);
    assert.is(last?.feature, '"russian-doll"');
    assert.match(last?.detail ?? "", "sandboxes 3, processes with inits 7");
  });

  test(`says what of a spec cannot be had, and starts none of its programs, as ${user.name}`, () => {
    const mark = `${scratch}/${freshMark()}`;
    const spec = writeSpec(
      "cannot",
      `sandbox: cannot
root: host-rw
processes:
  there: {shell: "touch ${mark}", stdout: {file: ${mark}}}
  lost: {run: sleep 1, cwd: /nowhere}
sandboxes:
  inner: {init: own, processes: {own: sleep 1, greedy: {run: sleep 1, limits: {nofile: 99999999}}}}
`,
    );
    const ran = sandbox(user, "doctor", spec);
    assert.is(ran.code, 3, ran.out);
    assert.match(
      ran.out,
      /^no {2}"cannot" +process "lost" could not be started: .*ENOENT.*; name/m,
    );
    assert.match(
      ran.out,
      /^no {2}"cannot" +process "inner\/greedy" asks for nofile 99999999, and/m,
    );
    assert.is(ran.out.match(/^no /gm)?.length, 2);
    assert.is(fs.existsSync(mark), false);
  });
}

test("a spec with a mistake is told like everywhere", () => {
  const [user] = users;
  assert.ok(user);
  const ran = sandbox(
    user,
    "doctor",
    writeSpec("mistake", "sandbox: a\nprocesses: {a: {rum: b}}\n"),
  );
  assert.is(ran.code, 2);
  assert.match(ran.err, "SBX2001");
});

test("doctor and up name the limit that is in the way, and nothing is taken for a bug", () => {
  const user = users[0] as User;
  const env = { ...environmentFor(user), SANDBOX: commandFor(user, []).join(" ") };
  const spec = writeSpec("limited", "sandbox: l\nprocesses: {a: 'true'}\n");
  for (const limit of ["-n 10", "-n 30", "-f 0", "-f 100"]) {
    for (const command of ["doctor", `up ${spec}`]) {
      const script = `ulimit ${limit}; $SANDBOX ${command} 2>&1 | cat; exit \${PIPESTATUS[0]}`;
      const ran = Bun.spawnSync(["bash", "-c", script], { env });
      const said = ran.stdout.toString();
      assert.is(ran.exitCode, 3, `${limit} ${command}: ${said}`);
      assert.match(said, `ulimit ${limit.slice(0, 2)}`);
      assert.not.match(said, /internal error|SBX4006/);
    }
  }
  const elsewhere = { ...env, TMPDIR: "/nonexistent" };
  const ran = Bun.spawnSync(commandFor(user, ["doctor"]), { env: elsewhere });
  assert.is(ran.exitCode, 3);
  assert.match(
    ran.stdout.toString(),
    /^no +runs +cannot be tried \(mkdtemp \/nonexistent.*ENOENT/m,
  );
});

if (process.getuid?.() === 0) {
  const root = users[0] as User;
  const inMounts = (script: string, command: readonly string[]) =>
    Bun.spawnSync(
      [
        "unshare",
        "-m",
        "sh",
        "-c",
        `mount --make-rprivate /; ${script}; exec "$@"`,
        "sh",
        ...command,
      ],
      { env: environmentFor(root) },
    );

  test("with a read-only /proc/sys, as in containers, it says what a run can do there", () => {
    const covers = "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys";
    const ran = inMounts(covers, commandFor(root, ["doctor"]));
    assert.is(ran.exitCode, 0, ran.stdout.toString());
    assert.match(ran.stdout.toString(), /^ok +PID namespaces +works/m);
    assert.match(ran.stdout.toString(), /^ok +set_tid, ns_last_pid +works/m);
  });

  test("what is missing from a /proc of processes alone is named, by doctor and by up", () => {
    const subset = "mount -t proc -o subset=pid proc /proc";
    const ran = inMounts(subset, commandFor(root, ["doctor"]));
    const said = ran.stdout.toString();
    assert.is(ran.exitCode, 3, said);
    assert.match(said, /^no +set_tid, ns_last_pid.*subset=pid/m);
    assert.not.match(said, /clone3|5\.5/);
    assert.match(said, /\n\nhere sandboxes run, but not all: set_tid, ns_last_pid\n$/);
    const spec = writeSpec("subset", "sandbox: s\nprocesses: {a: {run: 'true', pid: 77}}\n");
    const up = inMounts(subset, commandFor(root, ["up", spec]));
    assert.is(up.exitCode, 3);
    assert.match(up.stderr.toString(), "see `sandbox doctor`");
  });

  test("a covered /proc is the cause and has a mend, also where it only makes /proc/sys read-only", () => {
    const covers = "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys";
    const dropped = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"];
    const ran = inMounts(covers, [...dropped, ...commandFor(root, ["doctor"])]);
    const said = ran.stdout.toString();
    assert.is(ran.exitCode, 3, said);
    assert.match(said, /^ok +privilege +rootless: uid 0, but without CAP_SYS_ADMIN$/m);
    assert.match(said, /^no +PID namespaces.*EROFS.*partly covered.*systempaths=unconfined/m);
    assert.match(said, /^no +mount namespace.*EPERM.*partly covered/m);
    assert.match(said, /\nhere no sandbox runs: the first "no" is what to mend first\n$/);
  });

  test("how many levels are left is found out, where /proc shows no levels above", () => {
    const unshare = ["unshare", "-pf", "--mount-proc", "--kill-child"];
    const ran = Bun.spawnSync([...unshare, ...commandFor(root, ["doctor"])], {
      env: environmentFor(root),
    });
    assert.match(ran.stdout.toString(), /levels left +31: one more is refused \(ENOSPC\)$/m);
    assert.match(sandbox(root, "doctor").out, /levels left +32$/m);
  });

  test("a missing capability is named, and nobody is sent to doctor by it", () => {
    const dropped = "-setuid,-setgid,-net_admin,-sys_time";
    const setpriv = ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped];
    const ran = Bun.spawnSync([...setpriv, ...commandFor(root, ["doctor"])], {
      env: environmentFor(root),
    });
    const said = ran.stdout.toString();
    assert.is(ran.exitCode, 3, said);
    assert.match(said, /^no +network namespace.*CAP_NET_ADMIN/m);
    assert.match(said, /^no +new user namespace.*CAP_SET[UG]ID/m);
    assert.match(said, /^no +time namespace.*CAP_SYS_TIME/m);
    assert.not.match(said, "sandbox doctor");
  });
}

for (const user of users.filter(({ name }) => name !== "root")) {
  test(`as the root of a user namespace that ${user.name} has made`, () => {
    const [command = "", ...rest] = commandFor(user, ["doctor"]).slice(user.prefix.length);
    const ran = Bun.spawnSync([...user.prefix, "unshare", "-Ur", command, ...rest], {
      env: environmentFor(user),
    });
    assert.is(ran.exitCode, 0, ran.stdout.toString());
    assert.match(ran.stdout.toString(), /^ok +new user namespace +works$/m);
    assert.match(ran.stdout.toString(), /\nhere sandboxes have all that they can have\n$/);
  });

  test(`a home that ${user.name} may not look into is none`, () => {
    const spec = writeSpec("no-home", "sandbox: h\nprocesses: {a: 'true'}\n");
    for (const command of [["up", spec], ["plan", spec], ["check", spec], ["doctor"]]) {
      sandbox(user, "version");
      const closed = fs.mkdtempSync(`${scratch}/closed-`);
      const ran = Bun.spawnSync(commandFor(user, command), {
        env: { ...environmentFor(user), HOME: `${closed}/home` },
      });
      assert.is(ran.exitCode, 0, `${command}: ${ran.stderr}`);
    }
  });
}

test.run();
