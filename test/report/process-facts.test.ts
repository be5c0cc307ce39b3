/** The text of `sandbox pid`: aligned, within 80 columns, plain about what cannot be seen. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessFacts } from "../../src/ir/process-facts.ts";
import { factsText } from "../../src/report/process-facts.ts";

const test = suite("process-facts");

const FACTS: ProcessFacts = {
  pid: 4711,
  comm: "sleep",
  argv: ["sleep", "60"],
  uid: 1000,
  state: "S",
  levels: [
    { level: 0, pid: 4711, pidns: 4026531836, init: 1, initComm: "systemd" },
    { level: 1, pid: 7, pidns: 4026532180, init: 4700, initComm: "sandbox-init" },
  ],
  namespaces: { pid: { inode: 4026532180, here: false }, net: { inode: 4026531833, here: true } },
  childrenPidns: null,
  cgroup: `/system.slice/docker-${"ab".repeat(32)}.scope`,
  container: { engine: "docker", id: "ab".repeat(32), pod: null },
  sandbox: { run: "demo", path: "outer/web", kind: "declared" },
  observer: { isInitial: true, isForeign: false },
};

const linesOf = (facts: ProcessFacts) => factsText(facts, 80).split("\n");

test("columns are aligned, numbers to the right", () => {
  assert.equal(
    linesOf(FACTS),
    [
      "sleep, process 4711 of user 1000, sleeping",
      "command    sleep 60",
      `cgroup\n           /system.slice/docker-${"ab".repeat(32)}.scope`.split("\n"),
      "container  docker abababababab",
      "sandbox    demo/outer/web",
      "",
      "LEVEL   PID  PID NAMESPACE     ITS INIT",
      "0      4711  pid:[4026531836]  1 systemd",
      "1         7  pid:[4026532180]  4700 sandbox-init",
      "",
      "KIND   NAMESPACE  SHARED WITH US",
      "pid   4026532180  no",
      "net   4026531833  yes",
      "",
      "Level 0 is this machine's own PID namespace; there is none above it.",
      "",
    ].flat(),
  );
});

test("what a name or an argument holds cannot touch the terminal", () => {
  const hostile = { ...FACTS, comm: "a\u001b[2J", argv: ["x\u001b]0;\u0007", "y\n"] };
  assert.not.match(linesOf(hostile).join(""), /[\u0000-\u001f]/);
});

test("hidden namespaces are said to be hidden, once", () => {
  const hidden = {
    ...FACTS,
    levels: FACTS.levels.map((level) => ({ ...level, pidns: null, init: null, initComm: null })),
    namespaces: { pid: { inode: null, here: false }, net: { inode: null, here: false } },
    observer: { isInitial: false, isForeign: false },
  };
  const text = factsText(hidden, 80);
  assert.match(text, /^1 {9}7 {2}not ours to see {2}-$/m);
  assert.not.match(text, /KIND/);
  assert.match(text, /those above it cannot be seen from inside/);
  assert.match(text, /can be seen by its own user and by root only/);
});

test("a pod, a process that came from outside, and a namespace made for children", () => {
  const text = factsText(
    {
      ...FACTS,
      container: { engine: "containerd", id: "c1", pod: "p1" },
      sandbox: { run: "demo", path: "", kind: "joined" },
      childrenPidns: 4026532999,
      observer: { isInitial: false, isForeign: true },
    },
    80,
  );
  assert.match(text, /^container {2}containerd c1, pod p1$/m);
  assert.match(text, /^sandbox {4}demo, come from outside$/m);
  assert.match(text, /children are born into pid:\[4026532999\]/);
  assert.match(text, /which is not this program's own/);
});

test.run();
