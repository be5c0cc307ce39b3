/** What is made of processes as they were found: which are declared, which are not, and why. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { capture } from "../../src/interop/capture.ts";
import { captureText } from "../../src/interop/capture-spec.ts";
import { forkedRemark } from "../../src/interop/remarks.ts";
import type { ObservedProcess } from "../../src/ir/observed-process.ts";
import { planOf } from "../../src/plan/plan-of.ts";

const test = suite("capture");

const HOST = { pid: 1, user: 2, mnt: 3, uts: 4, ipc: 5, net: 6, cgroup: 7, time: 8 };
const SANDBOX = { ...HOST, pid: 100, mnt: 103, uts: 104, ipc: 105, cgroup: 107 };
const NAMES = { hostname: "host", domainname: "(none)" };

/** A process with these PIDs, whose inits are PID 1 of the host and `inits`. */
function observed(
  pids: readonly number[],
  parentPid: number,
  argv: readonly string[],
  more: Partial<ObservedProcess> & { readonly inits?: readonly number[] } = {},
): ObservedProcess {
  const { inits = [], ...own } = more;
  const inodes = own.inodes ?? (pids.length > 1 ? SANDBOX : HOST);
  return {
    pids,
    parentPid,
    comm: argv[0]?.split("/").at(-1) ?? "gone",
    state: "S",
    argv,
    inodes,
    namespaces: {
      pid: pids[0] ?? 0,
      pidns: [
        { inode: HOST.pid, init: 1 },
        ...inits.map((init, index) => ({ inode: 100 * (index + 1), init })),
      ],
      userns: [2],
      names: NAMES,
    },
    uid: 0,
    gid: 0,
    groups: [],
    uidMap: null,
    gidMap: null,
    clocks: { monotonicMs: 0, boottimeMs: 0 },
    attributes: { umask: "0022", nice: "0", oomScoreAdj: "0", ignoreSignals: "0" },
    limits: [],
    cwd: "/",
    exe: argv[0] ?? null,
    rootInode: "1:2",
    env: [],
    files: new Map(),
    capabilities: 0n,
    hasSeccomp: false,
    ...own,
  };
}

const observer = observed([50], 1, ["sandbox"], { capabilities: 0x1ffffffffffn });

function textOf(processes: readonly ObservedProcess[], withForked = false): string {
  const options = { observer, withEnv: false, withForked };
  const captured = capture(processes, options);
  assert.ok(captured);
  const text = captureText(captured, options);
  assert.equal(checkSpec({ file: "captured.yaml", text }).diagnostics, [], text);
  return text;
}

function planned(text: string) {
  const { ir } = checkSpec({ file: "captured.yaml", text });
  assert.ok(ir);
  return planOf(ir).slots.map(({ path, pids, process }) => [
    path,
    pids.slice(1).join(" "),
    process?.argv.join(" ") ?? "-",
  ]);
}

const shim = { comm: "sandbox-init" };
const inits = [200];

test("what its own init has forked is left to it, and remarked", () => {
  const text = textOf([
    observed([200, 1], 60, ["nginx"], { inits }),
    observed([201, 5], 200, ["nginx-worker"], { inits }),
    observed([202, 6], 201, ["nginx-worker"], { inits }),
  ]);
  assert.equal(planned(text), [["nginx", "1", "nginx"]]);
  assert.match(text, /# had forked nginx-worker, nginx-worker\n/);
  assert.match(text, /# is started anew: .* Arguments are whole, and\n# may hold secrets\.\n/);
});

test("with --forked it is a process of its own, with its PID", () => {
  const text = textOf(
    [
      observed([200, 1], 60, ["nginx"], { inits }),
      observed([201, 5], 200, ["nginx-worker"], { inits }),
      observed([202, 9], 201, ["nginx"], { inits }),
    ],
    true,
  );
  assert.equal(planned(text), [
    ["nginx", "1", "nginx"],
    ["nginx-worker", "5", "nginx-worker"],
    ["other-nginx", "9", "nginx"],
  ]);
});

test("who made a namespace is left out with those above, and the sandbox stands for it", () => {
  const text = textOf([
    observed([60], 50, ["bash"]),
    observed([61], 60, ["unshare", "-pf", "app"]),
    observed([200, 1], 61, ["app"], { inits }),
    observed([62], 60, ["sleep", "9"]),
  ]);
  assert.match(text, /Left out: 60 \(bash\), which had made a namespace/);
  assert.match(text, /Left out: 61 \(unshare -pf app\)/);
  assert.equal(planned(text), [
    ["init", "", "-"],
    ["sleep", "", "sleep 9"],
    ["app-sandbox/app", "1", "app"],
  ]);
});

test("numbers are pinned only where the plan would number otherwise", () => {
  const row = (numbers: readonly number[]) => [
    observed([200, 1], 60, [], { ...shim, inits, argv: ["shim"] }),
    ...numbers.map((number) => observed([200 + number, number], 200, ["sleep", "9"], { inits })),
  ];
  assert.not.match(textOf(row([2, 3, 4])), /pid/);
  assert.match(textOf(row([2, 3, 4])), /sleep: \{run: sleep 9, replicas: 3\}/);
  assert.match(textOf(row([5, 6, 7])), /pid: "\$\{replica \+ 4\}", replicas: 3/);
  assert.equal(
    planned(textOf(row([5, 9, 10]))).map(([, pids]) => pids),
    ["1", "5", "9", "10"],
  );
});

test("equal sandboxes in one another are one with nest", () => {
  const deep = [210, 220, 230];
  const processes = deep.flatMap((init, index) => {
    const inodes = {
      ...HOST,
      pid: 100 * (index + 1),
      mnt: 900 + index,
      uts: 910 + index,
      ipc: 920 + index,
      cgroup: 930 + index,
    };
    const around = deep.slice(0, index + 1);
    const parent = index === 0 ? 60 : (deep[index - 1] ?? 0);
    // Seen from outside, the inits and sleepers of what is inside come behind the own sleeper.
    const upper = (offset: number) =>
      Array.from({ length: index }, (_, level) => 2 * (index - level) + offset);
    return [
      observed([init, ...upper(1), 1], parent, ["shim"], { ...shim, inits: around, inodes }),
      observed([init + 1, ...upper(2), 2], init, ["sleep", "9"], { inits: around, inodes }),
    ];
  });
  const text = textOf(processes);
  assert.match(text, /nest: 2/, text);
  assert.not.match(text, /pid/);
});

test("other namespaces are new or inherited against what is around", () => {
  const inner = { ...SANDBOX, pid: 200, net: 206, mnt: 203 };
  const text = textOf([
    observed([200, 1], 60, ["shim"], { ...shim, inits }),
    observed([201, 2], 200, ["a"], { inits }),
    observed([202, 3, 1], 200, ["app"], { inits: [200, 202], inodes: inner }),
    observed([203, 4], 200, ["alone"], { inits, inodes: { ...SANDBOX, net: 306 } }),
  ]);
  assert.match(
    text,
    /app-sandbox:\n {4}namespaces: \{ipc: inherit, uts: inherit, net: new, cgroup: inherit\}\n {4}init: app/,
  );
  assert.match(
    text,
    /namespaces: \{pid: inherit, mount: inherit, ipc: inherit, uts: inherit, net: new, cgroup: inherit\}/,
  );
});

test("what differs from the defaults is written, what cannot be is remarked", () => {
  const text = textOf([
    observed([200, 1], 60, ["/bin/sh", "-c", "echo ${x}; wait"], {
      comm: "sh",
      inits,
      uid: 7,
      gid: 8,
      groups: [9],
      attributes: { umask: "0077", nice: "5", oomScoreAdj: "300", ignoreSignals: "3" },
      cwd: "/usr",
      exe: "/bin/dash (deleted)",
      rootInode: "9:9",
      limits: [{ name: "nofile", resource: 7, soft: 10, hard: null }],
      env: [["SECRET", "1"]],
      files: new Map([
        [0, "/etc/passwd"],
        [1, "/dev/null"],
        [2, "/var/log/x"],
        [5, "socket:[3]"],
      ]),
      state: "T",
      capabilities: 1n,
      hasSeccomp: true,
      namespaces: {
        pid: 200,
        pidns: [
          { inode: 1, init: 1 },
          { inode: 100, init: 200 },
        ],
        userns: [2],
        names: { hostname: "web.example", domainname: "(none)" },
      },
    }),
  ]);
  for (const part of [
    "sandbox: web-example\n",
    "hostname: web.example\n",
    'shell: "echo $${x}; wait"',
    "cwd: /usr",
    'umask: "077"',
    "nice: 5",
    "oom_score_adj: 300",
    "ignore_signals: [HUP, INT]",
    "limits: {nofile: {soft: 10, hard: unlimited}}",
    "user: {uid: 7, gid: 8, groups: [9]}",
    "stdin: {file: /etc/passwd}",
    "stdout: null",
    "# its root was another tree",
    "# its program has been deleted",
    "# it wrote to 2 /var/log/x",
    "# open files are not kept: 5 socket:[3]",
    "# environment left out (see --env): SECRET",
    "# it was stopped",
    "# it had capabilities",
    "# it had a system call filter",
  ]) {
    assert.ok(text.includes(part), `${part}\n${text}`);
  }
  assert.not.match(text, /SECRET: /);
});

test("ids inside of user namespaces are as the one around has them", () => {
  const user = { ...SANDBOX, user: 102 };
  const rows = (outside: number, count: number) => [{ inside: 0, outside, count }];
  const specFor = (outside: number, count: number) =>
    textOf([
      observed([200, 1], 60, ["app"], {
        inits,
        inodes: user,
        uid: outside,
        gid: outside,
        uidMap: rows(outside, count),
        gidMap: rows(outside, count),
      }),
    ]);
  assert.match(specFor(0, 1), /namespaces: \{user: new\}\ninit/);
  assert.match(specFor(1000, 1), /user: \{map: \[\{inside: 0, outside: 1000\}\]\}/);
  assert.match(specFor(100000, 65536), /# ranges of ids cannot be written: 0 100000 65536/);
});

test("zombies, and what is not ours to see, are said to be missing", () => {
  const text = textOf([
    observed([60], 50, ["app"]),
    observed([61], 60, [], { comm: "gone", state: "Z" }),
    observed([62], 60, ["other"], {
      inodes: {},
      namespaces: { pid: 62, pidns: [], userns: [], names: null },
    }),
  ]);
  assert.match(text, /Left out: 61 \(gone\), which had ended/);
  assert.match(text, /Left out: 62 \(other\): its namespaces are not ours to see/);
  assert.equal(
    planned(text).map(([path]) => path),
    ["init", "app"],
  );
  const hidden = observed([62], 1, ["other"], {
    inodes: {},
    namespaces: { pid: 62, pidns: [], userns: [], names: null },
  });
  assert.is(capture([hidden], { observer, withForked: false }), null);
});

test("whatever a process calls itself, the spec is right and no control character is in it", () => {
  const hostile = [
    "init",
    "host",
    "\u001b[2J\n# x",
    "a/b: {c}",
    "-",
    "ä".repeat(99),
    "x".repeat(99),
    "app",
  ];
  const text = textOf([
    observed([200, 1], 60, ["app"], { inits }),
    ...hostile.map((comm, index) =>
      observed(
        [300 + index, 2 + index],
        1,
        ["p", `\u0007${comm}`, "\u2028", "\u009b\u202e\t\n\ufffd"],
        {
          comm,
          inits,
          cwd: "/x\ny",
          exe: "/\u001bx\n# (deleted)",
        },
      ),
    ),
  ]);
  assert.not.match(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
  assert.is(planned(text).length, 1 + hostile.length);
  const [, , first] = planned(text)[1] ?? [];
  assert.is(first, "p \u0007init \u2028 \u009b\u202e\t\n\ufffd");
  assert.match(text, /# its arguments held bytes that are no text/);
});

test("an init that is its maker's fork, as bubblewrap's, is replaced by a reaper", () => {
  const bwrap = ["bwrap", "--unshare-pid", "sleep", "9"];
  const exe = { exe: "/usr/bin/bwrap" };
  const maker = observed([60], 50, bwrap, exe);
  const inside = [
    observed([200, 1], 60, bwrap, { inits, ...exe }),
    observed([201, 2], 200, ["sleep", "9"], { inits }),
  ];
  const expected = [
    ["init", "1", "-"],
    ["sleep", "2", "sleep 9"],
  ];
  const whole = textOf([maker, ...inside]);
  assert.equal(planned(whole), expected);
  assert.match(whole, /Left out: 200 \(bwrap .*\), an init that only reaps/);
  // Also where the init was asked for, and the maker is outside of what is captured.
  const options = { observer, parent: maker, withEnv: false, withForked: false };
  const captured = capture(inside, options);
  assert.ok(captured);
  assert.equal(planned(captureText(captured, options)), expected);
});

test("an init that only looks like its parent, or has nobody below it, is kept", () => {
  const sh = (pids: readonly number[], parent: number, exe: string) =>
    observed(pids, parent, ["sh", "-c", "x"], { inits: pids.length > 1 ? inits : [], exe });
  const child = observed([201, 2], 200, ["sleep", "9"], { inits });
  assert.equal(planned(textOf([sh([60], 50, "/bin/a"), sh([200, 1], 60, "/bin/b"), child]))[0], [
    "sh",
    "1",
    "sh -c x",
  ]);
  assert.equal(planned(textOf([sh([60], 50, "/bin/a"), sh([200, 1], 60, "/bin/a")]))[0], [
    "sh",
    "1",
    "sh -c x",
  ]);
});

test("where 0 is not mapped inside, the sandbox says who its processes are", () => {
  const rows = [{ inside: 1000, outside: 1000, count: 1 }];
  const text = textOf([
    observed([200, 1], 60, ["app"], {
      inits,
      inodes: { ...SANDBOX, user: 102 },
      uid: 1000,
      gid: 1000,
      uidMap: rows,
      gidMap: rows,
    }),
  ]);
  assert.match(text, /^user: \{uid: 1000, gid: 1000, map: \[\{inside: 1000, outside: 1000\}\]\}$/m);
});

test("a user namespace without a map is remarked", () => {
  const more = { inits, inodes: { ...SANDBOX, user: 102 }, uid: 1000, gid: 1000 };
  const text = textOf([observed([200, 1], 60, ["app"], { ...more, uidMap: [], gidMap: [] })]);
  assert.match(text, /# no id was mapped in its user namespace/);
});

test("what cannot name a program gives way to the program itself", () => {
  for (const argv of [
    ["-/bin/sleep", "60"],
    ["", "60"],
  ]) {
    const [[, , command] = []] = planned(
      textOf([observed([200, 1], 60, argv, { inits, exe: "/usr/bin/sleep" })]),
    );
    assert.is(command, "/usr/bin/sleep 60");
  }
  const title = observed([200, 1], 60, ["nginx: master process nginx"], {
    inits,
    exe: "/usr/sbin/nginx (deleted)",
  });
  assert.match(textOf([title]), /run: \/usr\/sbin\/nginx/);
  assert.match(textOf([title]), /# it called itself "nginx: master process nginx"/);
});

test("what was forked and is declared may come twice, which is remarked; a zombie has no name", () => {
  const processes = [
    observed([200, 1], 60, ["sh", "-c", "sleep 1 & wait"], { inits }),
    observed([201, 2], 200, ["sleep", "1"], { inits }),
  ];
  assert.match(
    textOf(processes, true),
    /# had forked sleep 1, declared here: it may fork them again/,
  );
  assert.not.match(textOf(processes), /declared here/);
  assert.equal(forkedRemark([[], ["a"]]), ["had forked one that has ended, a"]);
});

test.run();
