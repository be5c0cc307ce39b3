/** `sandbox plan` as text: every field that is not its default is said. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIXED_ENV } from "../../src/base/process-defaults.ts";
import { checkSpec } from "../../src/check/check.ts";
import type { Plan, PlanSandbox, SlotProcess } from "../../src/plan/plan.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { sandboxTexts } from "../../src/plan/sandbox-text.ts";
import { planText } from "../../src/plan/text.ts";

const test = suite("text");

const span = { file: "a.yaml", start: 0, end: 1 };

function compiled(text: string): Plan {
  const { ir, diagnostics } = checkSpec({ file: "spec.yaml", text });
  assert.ok(ir, JSON.stringify(diagnostics));
  return planOf(ir);
}

const plain = compiled("sandbox: x\nprocesses: {web: sleep 1, other: sleep 2}\n");

/** Another value than the default for each field, and what is said of it. */
const PROCESS: {
  readonly [Key in keyof SlotProcess]: readonly [value: SlotProcess[Key], said: string];
} = {
  argv: [["sleep", "77"], "sleep 77"],
  pins: [[{ level: 1, pid: 40, span }], "pinned to PID 40 at level 1"],
  dependsOn: [[{ slot: 2, condition: "succeeded" }], "after other has succeeded"],
  env: [[...Object.entries(FIXED_ENV), ["MODE", "test"]], "env MODE=test"],
  inheritEnv: [["TERM", "LANG"], "env of the caller: TERM LANG"],
  cwd: ["/usr", "cwd /usr"],
  limits: [
    [{ name: "nofile", resource: 7, soft: 10, hard: null }],
    "limit nofile 10, hard unlimited",
  ],
  user: [{ uid: 5, gid: 6, groups: [7, 8] }, "user 5, group 6, groups 7 8"],
  umask: [0o077, "umask 077"],
  nice: [-5, "nice -5"],
  oomScoreAdj: [0, "oom_score_adj 0"],
  ignoreSignals: [[1, 35], "ignore_signals HUP RTMIN+1"],
  parentDeathSignal: [15, "parent_death_signal TERM"],
  timeoutMs: [1_500, "timeout 1500ms"],
  essential: [true, "essential true"],
  stdin: [{ kind: "text", text: "a\n" }, 'stdin is the text "a\\n"'],
  stdout: [{ kind: "file", path: "/tmp/out" }, "stdout to /tmp/out"],
  stderr: [{ kind: "stdout" }, "stderr stdout"],
  stop: [{ signal: 2, graceMs: 5, scope: "process" }, "stop with INT, KILL after 5 ms (process)"],
  expect: [
    { exit: { value: 3, span }, pids: [{ level: 0, pid: 9, span }] },
    "expect pid 9 at level 0, exit 3",
  ],
};

const withProcess = (fields: Partial<SlotProcess>): Plan => ({
  ...plain,
  slots: plain.slots.map((slot) =>
    slot.path === "web" && slot.process !== null
      ? { ...slot, process: { ...slot.process, ...fields } }
      : slot,
  ),
});

const textOf = (plan: Plan) => planText(plan, "sha256:0", { columns: 200 });

for (const [field, [value, said]] of Object.entries(PROCESS)) {
  test(`of a process: ${field}, where it is not the default`, () => {
    assert.not.match(textOf(plain), said);
    assert.match(textOf(withProcess({ [field]: value })), said);
  });
}

/** The same of a sandbox; null: it follows from others, or is what the text is made of. */
const SANDBOX: {
  readonly [Key in keyof PlanSandbox]: readonly [value: PlanSandbox[Key], said: string] | null;
} = {
  name: ["renamed", "renamed  (level 1)"],
  path: ["outer/box", "outer/box  (level 1)"],
  span: null,
  parent: null,
  level: [9, "(level 9)"],
  initMode: ["subreaper", "the shim is a child subreaper"],
  initSlot: null,
  slots: null,
  namespaces: [
    { ...rootOf(plain).namespaces, net: "new", mount: "inherit" },
    "CLONE_NEWUTS CLONE_NEWNET CLONE_NEWCGROUP",
  ],
  hostname: ["web", "hostname   web"],
  domainname: ["example", "domainname example"],
  user: [{ uid: 1, gid: 2, groups: [3] }, "user       1, group 2, groups 3"],
  uidMap: [[{ inside: 0, outside: 5, count: 1 }], "uid map    0 5 1"],
  gidMap: [[{ inside: 0, outside: 6, count: 1 }], "gid map    0 6 1"],
  clocks: [
    { monotonicMs: -3_600_000, boottimeMs: 250 },
    "clocks     monotonic -1h, boottime +250ms",
  ],
  root: ["host-rw", "root       host, writable"],
  mounts: [[{ kind: "tmpfs", at: "/srv" }], "mount      tmpfs on /srv"],
  nsHelper: null,
  mapper: null,
  lastPid: [70, "reserve    PIDs 1 to 70"],
  until: [{ kind: "process", slots: { first: 1, end: 2 } }, "until      web has ended"],
  timeoutMs: [90_000, "timeout    90s"],
  stop: [
    { signal: 2, graceMs: 5, scope: "process" },
    "stop       with INT, KILL after 5 ms (process)",
  ],
};

function rootOf({ sandboxes: [root] }: Plan): PlanSandbox {
  assert.ok(root);
  return root;
}

for (const [field, entry] of Object.entries(SANDBOX)) {
  if (entry === null) continue;
  const [value, said] = entry;
  test(`of a sandbox: ${field}, where it is not the default`, () => {
    const root = { ...rootOf(plain), [field]: value };
    assert.not.match(textOf(plain), said);
    assert.match(textOf({ ...plain, sandboxes: [root] }), said);
  });
}

test("a sandbox without anything of its own says its namespaces and what is mounted", () => {
  assert.equal(
    sandboxTexts(rootOf(plain), plain).map(([word]) => word),
    ["", "root", "mount", "mount", "mount", "mount", "reserve"],
  );
});

test("what a spec says in control characters is escaped", () => {
  const text = textOf(withProcess({ cwd: "/a\u001b[31m", env: [["A", "\u0007"]] }));
  assert.not.match(text, /[\u0007\u001b]/);
});

test.run();
