/** What a report makes of a table and a snapshot that do not quite fit: PIDs used again, restarts. */

import { constants } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { byKind } from "../../src/base/namespace-kinds.ts";
import { checkSpec } from "../../src/check/check.ts";
import type { ProcRow } from "../../src/ir/proc-row.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { buildReport } from "../../src/report/build.ts";
import type { SlotState, StateTable } from "../../src/wire/table.ts";

const test = suite("build");

const { ir } = checkSpec({
  file: "build.yaml",
  text: "sandbox: build\nprocesses: {a: sleep 1, b: sleep 1}\nsandboxes: {box: {processes: {c: sleep 1}}}\n",
});
assert.ok(ir);
const plan = planOf(ir);
const PID_NAMESPACES = [11, 12];
const MONITOR = 50;

function slot(pids: readonly number[], rest: Partial<SlotState> = {}): SlotState {
  const sets = { flags: new Set<never>(), failures: new Set<never>() };
  const none = { exitCode: 0, exitSignal: 0, outputErrno: 0, fault: null, endedNs: 0, ...sets };
  return { generation: 0, state: "running", startedNs: 1_000, pids, ...none, ...rest };
}

/** In plan order: init, a, b, those of the nested sandbox: its init, c. */
const SLOTS = [
  slot([100, 1]),
  slot([101, 2]),
  slot([102, 3]),
  slot([103, 4, 1]),
  slot([104, 5, 2]),
];

function table(changes: Readonly<Record<number, SlotState>> = {}): StateTable {
  return {
    phase: "started",
    outcome: "none",
    pidMode: "requested",
    monitorPid: MONITOR,
    startedNs: 1_000,
    endedNs: 0,
    fault: null,
    exitCode: 0,
    expectations: [],
    slots: SLOTS.map((state, index) => changes[index] ?? state),
    inodes: PID_NAMESPACES.map((pid) =>
      byKind(({ kind }, index) => (kind === "pid" ? pid : index)),
    ),
  };
}

function row(
  pids: readonly number[],
  ppids: readonly number[],
  rest: Partial<ProcRow> = {},
): ProcRow {
  const inodes = { pid: PID_NAMESPACES[pids.length - 2] ?? 0 };
  const own = {
    state: "S",
    comm: "x",
    argv: ["x"],
    isArgvCut: false,
    startNs: 2_000,
    uid: 0,
    inodes,
  };
  return { pids, ppids, ...own, ...rest };
}

const LIVE = [
  row([100, 1], [MONITOR, 0]),
  row([101, 2], [100, 1]),
  row([102, 3], [100, 1]),
  row([103, 4, 1], [100, 1, 0]),
  row([104, 5, 2], [103, 4, 1]),
];

function reportOf(snapshot: readonly ProcRow[], now: StateTable, former: StateTable = now) {
  const observer = { pidns: 1, kernel: "" };
  const made = { version: "", spec: "", params: {}, time: "" };
  const locate = () => ({ file: "", line: null, column: null });
  const explain = () => ({ code: "SBX3001", message: "", help: "" }) as const;
  const around = { observer, made, locate, explain, gaps: [] };
  const input = { phase: "started", plan, hash: "", ...around } as const;
  return buildReport({ ...input, table: now, former, snapshot });
}

function pathsOf(snapshot: readonly ProcRow[], now: StateTable, former: StateTable = now) {
  return reportOf(snapshot, now, former).processes.map(
    ({ path, kind, argv }) => `${path} ${kind} ${argv[0]}`,
  );
}

const DECLARED = pathsOf(LIVE, table());

test("output that is missing comes with its reason, and with the advice for that", () => {
  const flags = new Set(["output_lost" as const]);
  const missing = (outputErrno: number) =>
    reportOf(LIVE, table({ 2: slot([102, 3], { flags, outputErrno }) })).incomplete;
  const { EMFILE, ENOSPC } = constants.errno;
  const why = 'not all that "b" printed could be passed on';
  const help = "raise the limit of open descriptors (ulimit -n)";
  assert.equal(missing(EMFILE), [{ what: "output", why: `${why} (EMFILE)`, help }]);
  assert.match(missing(ENOSPC)[0]?.help ?? "", /max_user_watches/);
  assert.is(missing(0)[0]?.why, why);
});

test("a PID of what has ended, used again, is another process", () => {
  const ended = table({ 1: slot([101, 2], { state: "exited" }) });
  const again = LIVE.map((one) => (one.pids[0] === 101 ? row([101, 77], [102, 3]) : one));
  const paths = pathsOf(again, ended);
  assert.equal(
    paths.filter((path) => !DECLARED.includes(path)),
    ["a declared sleep", "b+77 forked x"],
  );
  assert.is(paths.length, 6);
});

test("what is restarted while the snapshot is taken is there once, by either PID", () => {
  const now = table({ 1: slot([201, 2]) });
  const after = [...LIVE.filter(({ pids }) => pids[0] !== 101), row([201, 2], [100, 1])];
  for (const snapshot of [LIVE, after]) {
    const paths = pathsOf(snapshot, now, table());
    assert.equal(
      paths.map((path) => path.split(" ")[0]),
      DECLARED.map((path) => path.split(" ")[0]),
    );
  }
});

test("two processes of one ancestor have two names, whatever they are called in their own namespaces", () => {
  const own = (pid: number, number: number, inode: number) =>
    row([pid, number, 1], [101, 2, 0], { inodes: { pid: inode } });
  const added = pathsOf([...LIVE, own(300, 20, 91), own(301, 21, 92)], table()).filter(
    (path) => !DECLARED.includes(path),
  );
  assert.equal(added, ["a+20 forked x", "a+21 forked x"]);
});

test("what has no parent of the run has joined the sandbox whose namespace it is in, forks behind it", () => {
  const joined = [
    row([401, 41, 9], [400, 40, 8]),
    row([400, 40, 8], [7, 0, 0]),
    row([402, 42], [8, 0]),
    row([403, 43, 1], [402, 42, 0], { inodes: { pid: 99 } }),
    // Into a namespace that a joined process has made.
    row([404, 44, 2], [9, 0, 0], { inodes: { pid: 99 } }),
    // Level 0 has only helpers of the shim.
    row([405], [MONITOR]),
  ];
  const added = pathsOf([...LIVE, ...joined], table()).filter((path) => !DECLARED.includes(path));
  assert.equal(added, [
    "+42 joined x",
    "+42+43 forked x",
    "+44 joined x",
    "box/+8 joined x",
    "box/+8+9 forked x",
  ]);
});

test("parents in a circle, which no kernel has, end somewhere", () => {
  const circle = [row([500, 60], [501, 61]), row([501, 61], [500, 60])];
  assert.is(pathsOf([...LIVE, ...circle], table()).length, DECLARED.length + 2);
});

test.run();
