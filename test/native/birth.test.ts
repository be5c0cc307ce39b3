/** What a process holds before its program begins: nothing of the host that a workload could reach. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { environmentFor, root, sandbox, scratch, type User, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("birth");

const isRoot = process.getuid?.() === 0;
const shim = process.env["SANDBOX_SHIM"] || `${root}/native/build/sandbox-shim`;
const poller = join(scratch, "poller.py");
fs.copyFileSync(join(root, "test/native/poller.py"), poller);
fs.chmodSync(poller, 0o644);

/** Runs a spec with a variable in the caller's environment that no workload may find. */
function upWithSecret(user: User, spec: string) {
  const before = process.env["CALLERS_SECRET"];
  process.env["CALLERS_SECRET"] = "found";
  try {
    return sandbox(user, "up", spec);
  } finally {
    if (before === undefined) delete process.env["CALLERS_SECRET"];
  }
}

const kinds = {
  "a reaper": `  poll: {run: [python3, ${poller}, "1.5", look], essential: true}
  w: {run: "true", replicas: 200, depends_on: {wait: exited}}
  wait: sleep 0.2`,
  "a reaper, stopped on the way": `  poll: {run: [python3, ${poller}, "1.5", stop], essential: true}
  w: {run: "true", replicas: 60, depends_on: {wait: exited}}
  wait: sleep 0.2`,
};

for (const user of users) {
  for (const [name, processes] of Object.entries(kinds)) {
    test(`members of ${name} show nothing while they start, as ${user.name}`, () => {
      const spec = writeSpec("poll", `sandbox: poll\nuntil: poll\nprocesses:\n${processes}\n`);
      const ran = upWithSecret(user, spec);
      assert.match(ran.out, /rounds True/, ran.err);
      assert.not.match(ran.out, /seen:/, ran.out);
    });
  }

  test(`members below an own init show it nothing while they start, as ${user.name}`, () => {
    const spec = writeSpec(
      "own-poll",
      `sandbox: own
init: app
until: app
processes:
  app: {run: [python3, ${poller}, "2", stop]}
  wait: sleep 0.2
  w: {run: "true", replicas: 40, depends_on: {wait: exited}}
`,
    );
    const ran = upWithSecret(user, spec);
    assert.match(ran.out, /rounds True/, ran.err);
    assert.not.match(ran.out, /seen:/, ran.out);
  });

  test(`the making of user namespaces shows nothing to the sandbox around, as ${user.name}`, () => {
    const sandboxes = Array.from(
      { length: 40 },
      (_, index) => `  b${index}: {namespaces: {user: new}, processes: {p: sleep 0.3}}`,
    );
    const spec = writeSpec(
      "userns-poll",
      `sandbox: userns
until: poll
processes:
  poll: {run: [python3, ${poller}, "1.5", look]}
sandboxes:
${sandboxes.join("\n")}
`,
    );
    const ran = upWithSecret(user, spec);
    assert.match(ran.out, /rounds True/, ran.err);
    // An ordinary user's id maps are written by a file of the helper itself, which may be looked into
    // for that: then there is nothing in its memory, and nothing of it leads out of the sandbox.
    assert.not.match(
      ran.out,
      /seen: (exe \/(?!memfd)|environ|(root|cwd) of .*: (?!\/$))/m,
      ran.out,
    );
    if (user.name === "root") assert.not.match(ran.out, /seen: mem/);
    assert.not.match(
      ran.out,
      /seen: fd \d+ of .*: (?!\/dev\/null|socket:|\/proc\/|user:)/,
      ran.out,
    );
  });

  test(`paths that lead through a descriptor lead nowhere, as ${user.name}`, () => {
    const file = `/var/tmp/sandbox-escaped-${process.pid}`;
    for (const [how, field] of [
      ["cwd", "cwd: /tmp/dir"],
      ["stdin", "stdin: {file: /tmp/dir/etc/passwd}"],
      ["stdout", `stdout: {file: /tmp/dir${file}}`],
      ["stderr", `stderr: {file: /tmp/dir${file}}`],
    ]) {
      for (const link of [
        "/proc/self/fd/103/..",
        "/proc/thread-self/fd/103/..",
        "/dev/fd/103/..",
      ]) {
        const spec = writeSpec(
          "link",
          `sandbox: link
processes:
  plant: {shell: "ln -s ${link} /tmp/dir"}
  use: {run: "true", ${field}, depends_on: {plant: succeeded}}
`,
        );
        const ran = sandbox(user, "up", spec);
        assert.match(
          ran.err,
          /SBX4002.*"use".*(ELOOP|EACCES|ENOENT)/,
          `${how} ${link}: ${ran.err}`,
        );
        assert.not.ok(fs.existsSync(file), how);
      }
    }
  });

  test(`the shim that a workload can reach is a sealed copy in memory, as ${user.name}`, async () => {
    const spec = writeSpec("exe", "sandbox: exe\nprocesses: {a: sleep 5}\n");
    await whileRunning(user, spec, (report, cli) => {
      for (const { path, pids } of report.processes) {
        const [pid] = pids;
        if (path !== "init" || !isRoot) continue;
        assert.match(fs.readlinkSync(`/proc/${pid}/exe`), /^\/memfd:sandbox-shim/);
      }
      process.kill(cli, "SIGTERM");
    });
    const script = writeSpec(
      "interpreter",
      `sandbox: script
processes:
  a: {shell: "printf '#!/proc/self/exe\\\\n' > /tmp/x; chmod +x /tmp/x; /tmp/x; /proc/self/exe version; true"}
  b: {shell: "cp /proc/self/exe /tmp/y; chmod 4755 /tmp/y; ls -l /tmp/y", depends_on: {a: exited}}
`,
    );
    const before = fs.statSync(shim);
    sandbox(user, "up", script);
    assert.is(fs.statSync(shim).mode, before.mode);
    assert.is(fs.statSync(shim).mtimeMs, before.mtimeMs);
  });

  test(`kernel keys are refused, as ${user.name}`, () => {
    const program =
      "import ctypes; c = ctypes.CDLL(None, use_errno=True); " +
      "print([(c.syscall(n, 0, 0, 0, 0, 0), ctypes.get_errno()) for n in (" +
      (process.arch === "arm64" ? "217, 218, 219" : "248, 249, 250, 0x400000fa") +
      ")])";
    const spec = writeSpec(
      "keys",
      `sandbox: keys\nprocesses: {a: {run: [python3, -c, ${JSON.stringify(program)}]}}\n`,
    );
    const ran = sandbox(user, "up", spec);
    assert.match(ran.out, /\[(\(-1, 1\)(, )?)+\]/, ran.err);
  });

  test(`a start that is stopped before its program holds up nobody else, as ${user.name}`, () => {
    const spec = writeSpec(
      "held",
      `sandbox: held
until: other
timeout: 20s
processes:
  evil: {shell: "while :; do kill -STOP 4 5 6 7 8; done 2>/dev/null"}
  wait: sleep 0.3
  victim: {run: sleep 30, replicas: 5, depends_on: {wait: exited}}
  other: {run: "true", depends_on: {wait: exited}, expect: {exit: 0}}
sandboxes:
  in: {processes: {free: {run: "true", depends_on: {wait: exited}}}}
`,
    );
    const start = performance.now();
    const ran = sandbox(user, "up", spec);
    assert.is(ran.code, 0, ran.err);
    assert.ok(performance.now() - start < 15_000);
  });

  test(`devices, /run, other runs and the caller's tree are out of reach, as ${user.name}`, async () => {
    const device = `/var/tmp/sandbox-test-zero-${process.pid}`;
    if (isRoot) {
      fs.rmSync(device, { force: true });
      Bun.spawnSync(["mknod", "-m", "666", device, "c", "1", "5"]);
    }
    const runs = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";
    const spec = writeSpec(
      "reach",
      `sandbox: reach
processes:
  a:
    shell: |
      head -c 1 ${device} && echo device-read
      ls /run; chmod 1666 /dev/stdin && echo null-changed
      find ${runs} -type f 2>/dev/null | sed 's/^/run-seen: /'
      df -m --output=size /tmp /dev/shm | tail -2 | xargs echo sizes
  `,
    );
    const other = writeSpec(
      "other",
      "sandbox: other\nprocesses: {a: {run: sleep 20, env: {DB: password}}}\n",
    );
    const mode = fs.statSync("/dev/null").mode;
    await whileRunning(user, other, (_, cli) => {
      const ran = sandbox(user, "up", spec);
      assert.not.match(ran.out, /^a +\| (device-read|run-seen)/m, ran.out);
      assert.match(ran.out, /sizes 1024 64/, ran.out);
      process.kill(cli, "SIGTERM");
    });
    assert.is(fs.statSync("/dev/null").mode, mode);
    if (isRoot) fs.rmSync(device, { force: true });
  });

  test(`the spec's folder is visible, read-only, wherever it is, as ${user.name}`, () => {
    const dir = join(scratch, "folder", "deep");
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(join(dir, "run.sh"), "#!/bin/sh\necho from the folder\n", { mode: 0o755 });
    const spec = join(dir, "sandbox.yaml");
    fs.writeFileSync(
      spec,
      `sandbox: folder
processes:
  a: ./run.sh
  b: {shell: "pwd; touch here 2>&1; touch /tmp/there && echo written"}
  c: {run: [${join(dir, "run.sh")}]}
`,
    );
    const ran = sandbox(user, "up", spec);
    assert.is(ran.code, 0, ran.err);
    assert.is(ran.out.match(/from the folder/g)?.length, 2);
    assert.ok(ran.out.includes(`| ${dir}\n`), ran.out);
    assert.match(ran.out, /Read-only file system/);
    assert.match(ran.out, /written/);
  });
}

/** Inodes of the user namespaces around a process, innermost first, and the owner of each. */
function userNamespaces(pid: number): { inode: number; owner: number }[] {
  const program = `
import fcntl, os, struct
fd = os.open("/proc/${pid}/ns/user", os.O_RDONLY)
while True:
    owner = bytearray(4)
    fcntl.ioctl(fd, 0xb704, owner)
    print(os.fstat(fd).st_ino, struct.unpack("I", owner)[0])
    try:
        fd = fcntl.ioctl(fd, 0xb702)
    except OSError:
        break
`;
  const ran = Bun.spawnSync(["python3", "-c", program]);
  return ran.stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const [inode = 0, owner = 0] = line.split(" ").map(Number);
      return { inode, owner };
    });
}

if (isRoot) {
  for (const user of users) {
    test(`a user namespace is a child of that of the sandbox around it, as ${user.name}`, async () => {
      const map = user.name === "root" ? "user: {map: [{inside: 0, outside: 1000}]}" : "";
      const spec = writeSpec(
        "nested-users",
        `sandbox: nest
namespaces: {user: new}
${map}
processes: {a: sleep 20}
sandboxes:
  box:
    namespaces: {user: new}
    processes: {b: sleep 20}
    sandboxes:
      same: {processes: {c: sleep 20}}
      deep: {init: d, namespaces: {user: new}, processes: {d: sleep 20, e: sleep 20}}
`,
      );
      await whileRunning(user, spec, (report, cli) => {
        const chains = new Map(
          report.processes.map(({ path, pids: [pid] }) => [path, userNamespaces(pid ?? 0)]),
        );
        const inodes = (path: string) => (chains.get(path) ?? []).map(({ inode }) => inode);
        assert.equal(inodes("box/b").slice(1), inodes("a"));
        assert.equal(inodes("box/same/c"), inodes("box/b"));
        assert.equal(inodes("box/deep/d").slice(1), inodes("box/b"));
        assert.equal(inodes("box/deep/e"), inodes("box/deep/d"));
        assert.is(new Set(inodes("box/deep/d")).size, inodes("a").length + 2);
        assert.is(chains.get("box/b")?.[0]?.owner, 1000);
        process.kill(cli, "SIGTERM");
      });
    });
  }

  test("a shim with rights that its caller does not have refuses to run", () => {
    const copy = join(scratch, "set-user-id");
    fs.copyFileSync(shim, copy);
    const prefix = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
    const run = () => Bun.spawnSync([...prefix, copy, "version"]);
    fs.chmodSync(copy, 0o4755);
    assert.is(run().exitCode, 3);
    assert.match(run().stderr.toString(), /refuses to run set-user-ID/);
    fs.chmodSync(copy, 0o755);
    assert.is(run().exitCode, 0);
    const capability =
      'import os, struct; os.setxattr("' +
      copy +
      '", "security.capability", struct.pack("<5I", 0x02000001, 1 << 21, 0, 0, 0))';
    assert.is(Bun.spawnSync(["python3", "-c", capability]).exitCode, 0);
    assert.is(run().exitCode, 3);
  });

  test("an own init may have another uid, and its bounding set is empty all the same", () => {
    const spec = writeSpec(
      "own-uid",
      "sandbox: iu\ninit: app\nprocesses: {app: {run: grep -E Cap(Bnd|Eff) /proc/self/status, user: {uid: 1000, gid: 1000}}}\n",
    );
    const ran = sandbox({ name: "root", prefix: [] }, "up", spec);
    assert.is(ran.code, 0, ran.err);
    assert.match(ran.out, /CapBnd:\s+0{16}/);
  });

  test("the bounding set is emptied where no_new_privs is set and a capability is missing", () => {
    const spec = writeSpec(
      "bounding",
      "sandbox: c\nprocesses: {p: grep CapBnd /proc/self/status}\n",
    );
    const prefix = ["setpriv", "--no-new-privs", "--bounding-set", "-chown"];
    const ran = sandbox({ name: "root", prefix }, "up", spec);
    assert.match(ran.out, /CapBnd:\s+0{16}/, ran.err);
  });
}

test("a run without new namespaces needs no right, as an ordinary user", () => {
  const spec = writeSpec(
    "plain",
    "sandbox: n\nnamespaces: {user: inherit, pid: inherit, mount: inherit, ipc: inherit, uts: inherit, cgroup: inherit}\nprocesses: {p: {run: 'true', expect: {exit: 0}}}\n",
  );
  const user = users.at(-1);
  assert.ok(user);
  const ran = sandbox(user, "up", spec);
  assert.is(ran.code, 0, ran.err);
});

test.run();
