/** nice, oom_score_adj, ignore_signals and parent_death_signal: of real processes, by procfs's word. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { type AttributeRights, attributeObstacles } from "../../src/engine/attribute-obstacles.ts";
import { mayHaveOomScore } from "../../src/host/attribute-rights.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import type { Report } from "../../src/report/report.ts";
import { freshMark, sandbox, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("attributes");

/** What procfs shows of the process of a path. */
function shownOf(report: Report, path: string) {
  const pid = report.processes.find((each) => each.path === path)?.pids[0];
  const read = (file: string) => fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
  const stat = read("stat");
  return {
    nice: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]),
    score: Number(read("oom_score_adj")),
    ignored: BigInt(`0x${/^SigIgn:\t(.*)$/m.exec(read("status"))?.[1]}`),
  };
}

const bits = (...signals: number[]) =>
  signals.reduce((mask, signal) => mask | (1n << BigInt(signal - 1)), 0n);

const spec = (mark: string) => `
sandbox: attributes
templates: {calm: {nice: 15}}
processes:
  all: {run: sleep ${mark}, nice: 5, oom_score_adj: 300, ignore_signals: [HUP, USR1, RTMIN+1, 33]}
  none: sleep ${mark}
  by-template: {use: calm, run: sleep ${mark}, replicas: 2}
  shell: {shell: "sleep ${mark} & wait", oom_score_adj: 500, ignore_signals: [INT]}
sandboxes:
  own:
    init: first
    processes: {first: {run: sleep ${mark}, nice: 7, ignore_signals: [HUP]}, second: {run: sleep ${mark}, nice: 8}}
  flat: {namespaces: {pid: inherit}, processes: {f: {run: sleep ${mark}, nice: 9, oom_score_adj: 250}}}
  user: {namespaces: {user: new}, sandboxes: {deep: {processes: {d: {run: sleep ${mark}, oom_score_adj: 350}}}}}
`;

for (const user of users) {
  test(`${user.name}: each process has what its spec says, and its neighbours do not`, async () => {
    const mark = freshMark();
    await whileRunning(user, writeSpec("attributes", spec(mark)), (report, cli) => {
      const all = shownOf(report, "all");
      assert.equal(all, { nice: 5, score: 300, ignored: bits(1, 10, 33, 35) });
      assert.equal(shownOf(report, "none"), { nice: 0, score: 0, ignored: 0n });
      assert.is(shownOf(report, "by-template.2").nice, 15);
      assert.is(shownOf(report, "shell").score, 500);
      assert.is(shownOf(report, "own/first").nice, 7);
      assert.is(shownOf(report, "own/first").ignored, bits(1));
      assert.is(shownOf(report, "own/second").nice, 8);
      assert.equal(shownOf(report, "flat/f"), { nice: 9, score: 250, ignored: 0n });
      assert.is(shownOf(report, "user/deep/d").score, 350);
      const pid = report.processes.find(({ path }) => path === "all")?.pids[0];
      const captured = sandbox(user, "capture", String(pid)).out;
      for (const field of [
        "nice: 5",
        "oom_score_adj: 300",
        'ignore_signals: [HUP, USR1, "33", RTMIN+1]',
      ]) {
        assert.match(captured, field);
      }
      // What the supervisor takes on for a moment it gives back.
      assert.is(shownOf(report, "init").score, 0);
      process.kill(cli, "SIGINT");
    });
  });

  test(`${user.name}: an ignored signal does not end a process, and others do`, () => {
    const text = `sandbox: ignoring
processes:
  deaf: {shell: "kill -HUP $$; kill -INT $$; exit 7", ignore_signals: [HUP, INT], expect: {exit: 7}}
  heeds: {shell: "kill -HUP $$; exit 7", ignore_signals: [INT], expect: {signal: HUP}}
`;
    const ran = sandbox(user, "up", writeSpec("ignoring", text));
    assert.is(ran.code, 0, ran.err);
  });

  test(`${user.name}: the parent-death signal is the one that was asked for`, () => {
    // PR_GET_PDEATHSIG is 2; python3 is no dependency, so perl's syscall is asked.
    const perl = "my $s = pack 'i', 0; syscall(157, 2, $s); exit unpack 'i', $s";
    const text = `sandbox: death
processes:
  asked: {run: [perl, -e, "${perl}"], parent_death_signal: USR2, expect: {exit: 12}}
  not: {run: [perl, -e, "${perl}"], expect: {exit: 0}}
  as-other: {run: [perl, -e, "${perl}"], user: {uid: 0}, parent_death_signal: HUP, expect: {exit: 1}}
`;
    if (process.arch !== "x64") return;
    const ran = sandbox(user, "up", writeSpec("death", text));
    assert.is(ran.code, 0, ran.err + ran.out);
  });
}

const ordinary = users.find(({ name }) => name === "ordinary user");

test("what an ordinary user may not is told before anything is started", () => {
  if (ordinary === undefined) return;
  const text = `sandbox: refused
processes:
  web: {run: sleep 1, nice: -5}
  db: {run: sleep 1, oom_score_adj: -300}
`;
  const ran = sandbox(ordinary, "up", writeSpec("refused", text));
  assert.is(ran.code, 3);
  assert.is(ran.out, "");
  assert.is([...ran.err.matchAll(/error\[SBX3009\]/g)].length, 2);
  assert.match(ran.err, 'process "web" asks for nice -5, and this caller may give none below 0');
});

test("root may all of it, as far as its capabilities go", () => {
  const [user] = users;
  if (user?.name !== "root") return;
  // In a container root may be without CAP_SYS_RESOURCE.
  const score = mayHaveOomScore(-300) ? -300 : 300;
  const text = `sandbox: may
processes: {web: {shell: "exit $(cut -d' ' -f19 /proc/self/stat | tr -d -)", nice: -5, expect: {exit: 5}}}
sandboxes: {in: {processes: {deep: {run: "grep -qx -- ${score} /proc/self/oom_score_adj", oom_score_adj: ${score}}}}}
`;
  const ran = sandbox(user, "up", writeSpec("may", text));
  assert.is(ran.code, 0, ran.err);
});

const RIGHTS: AttributeRights = {
  leastNice: () => 0,
  mayHaveOomScore: (score) => score >= 100,
  mayWriteAnyScore: () => false,
  ownOomScore: () => 100,
};

test("obstacles: the caller's own values are free, at every level", () => {
  const obstaclesOf = (body: string) => {
    const { ir } = checkSpec({ file: "a.yaml", text: `sandbox: a\n${body}\n` });
    assert.ok(ir, body);
    return attributeObstacles(planOf(ir), RIGHTS).length;
  };
  assert.is(obstaclesOf("processes: {a: {run: pwd, nice: 0, oom_score_adj: 100}}"), 0);
  assert.is(obstaclesOf("processes: {a: {run: pwd, nice: -1, oom_score_adj: 99}}"), 2);
  const nested = (score: number) =>
    obstaclesOf(
      `namespaces: {user: inherit}\nsandboxes: {in: {processes: {a: {run: pwd, oom_score_adj: ${score}}}}}`,
    );
  assert.is(nested(100), 0);
  assert.is(nested(101), 1);
  const flat = "namespaces: {pid: inherit}, ";
  assert.is(obstaclesOf("sandboxes: {in: {processes: {a: {run: pwd, oom_score_adj: 101}}}}"), 0);
  assert.is(
    obstaclesOf(
      `namespaces: {user: inherit}\nsandboxes: {in: {${flat}processes: {a: {run: pwd, oom_score_adj: 101}}}}`,
    ),
    1,
  );
});

test.run();
