/** One verdict: the exit code of `up`, of the shim alone, the JSON and the pictures say the same. */

import * as fs from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { shimPath } from "../../src/host/shim-path.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import type { Report } from "../../src/report/report.ts";
import { encodeImage } from "../../src/wire/encode.ts";
import {
  commandFor,
  environmentFor,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("verdict");

interface Odd {
  readonly code: number;
  /** `path what` of each failure, in the order of the report. */
  readonly failures: readonly string[];
  readonly notJudged?: readonly string[];
  readonly spec: string;
}

const ODD: Readonly<Record<string, Odd>> = {
  "an exit code as expected": {
    code: 0,
    failures: [],
    spec: 'a: {shell: "exit 3", expect: {exit: 3}}',
  },
  "another exit code than expected": {
    code: 1,
    failures: ["a exit"],
    spec: 'a: {shell: "exit 3", expect: {exit: 4}}',
  },
  "code 0 where another was expected": {
    code: 1,
    failures: ["a exit"],
    spec: 'a: {shell: "exit 0", expect: {exit: 4}}',
  },
  "a signal as expected": {
    code: 0,
    failures: [],
    spec: 'a: {shell: "kill -SEGV $$", expect: {signal: SEGV}}',
  },
  "a signal where a code was expected": {
    code: 1,
    failures: ["a exit"],
    spec: 'a: {shell: "kill -SEGV $$", expect: {exit: 0}}',
  },
  "an end that nobody expects": { code: 1, failures: ["a end"], spec: 'a: {shell: "exit 7"}' },
  "a signal that nobody expects": {
    code: 1,
    failures: ["a end"],
    spec: 'a: {shell: "kill -KILL $$"}',
  },
  "another PID than expected": {
    code: 1,
    failures: ["a pid"],
    spec: 'a: {shell: "exit 0", expect: {pid: 7}}',
  },
  "PIDs and a parent as expected": {
    code: 0,
    failures: [],
    spec: 'a: {run: "true", pid: 9, expect: {pid: 9, ppid: 1, level: 1}}',
  },
  "a time-out that ends with code 0": {
    code: 1,
    failures: ["a timeout"],
    spec: "a: {shell: \"trap 'exit 0' TERM; sleep 5 & wait\", timeout: 200ms}",
  },
  "a time-out whose signal is expected": {
    code: 1,
    failures: ["a timeout"],
    spec: "a: {run: sleep 5, timeout: 200ms, expect: {signal: TERM}}",
  },
  "an essential process that ends as expected stops nothing": {
    code: 0,
    failures: [],
    spec: 'a: {shell: "exit 3", essential: true, expect: {exit: 3}}\n  b: {run: sleep 0.4, expect: {exit: 0}}',
  },
  "an essential process that fails stops the others, whose ends are not judged": {
    code: 1,
    failures: ["a end"],
    notJudged: ["b exit"],
    spec: 'a: {shell: "exit 3", essential: true}\n  b: {run: sleep 5, expect: {exit: 0}}',
  },
  "what waits in vain for a failure is its effect": {
    code: 1,
    failures: ["a end", "b dependency"],
    notJudged: ["b pid", "b exit"],
    spec: 'a: {shell: "exit 3"}\n  b: {run: "true", depends_on: {a: succeeded}, expect: {exit: 0, pid: 3}}',
  },
  "what waits in vain for an end as expected has failed itself": {
    code: 1,
    failures: ["b dependency"],
    spec: 'a: {shell: "exit 3", expect: {exit: 3}}\n  b: {run: "true", depends_on: {a: succeeded}}',
  },
  "what cannot start makes no other expectation fail": {
    code: 1,
    failures: ["a start"],
    notJudged: ["a exit", "b exit"],
    spec: "a: {run: /no/such/program, expect: {exit: 0}}\n  b: {run: sleep 5, expect: {exit: 0, pid: 3}}",
  },
  "what is stopped by `until` has not failed": {
    code: 0,
    failures: [],
    spec: "a: sleep 0.2\n  b: sleep 5\nuntil: a",
  },
  "what is stopped by `until` and was to end otherwise has failed": {
    code: 1,
    failures: ["b exit"],
    spec: "a: sleep 0.2\n  b: {run: sleep 5, expect: {exit: 0}}\nuntil: a",
  },
  "a sandbox's time-out fails the run and stops the sandbox alone": {
    code: 1,
    failures: ["in/init timeout"],
    spec: "a: sleep 0.6\nsandboxes: {in: {timeout: 200ms, processes: {b: sleep 5}}}",
  },
  "a time-out in a time-out": {
    code: 1,
    failures: ["init timeout", "in/b timeout"],
    spec: "a: sleep 5\ntimeout: 500ms\nsandboxes: {in: {processes: {b: {run: sleep 5, timeout: 200ms}}}}",
  },
  "the end of an init that is a process takes the others along": {
    code: 0,
    failures: [],
    spec: "a: sleep 0.2\n  b: sleep 5\ninit: a",
  },
};

function imageOf(name: string, file: string): string {
  const load = (path: string) => fs.readFileSync(path, "utf8");
  const { ir } = checkSpec({ file, text: load(file) }, { load });
  assert.ok(ir, name);
  const path = join(scratch, `${name}.plan`);
  fs.writeFileSync(path, encodeImage(planOf(ir)));
  return path;
}

async function shimAlone(user: User, image: string): Promise<number> {
  const child = Bun.spawn([...user.prefix, shimPath() ?? "", "run", image], {
    env: environmentFor(user),
    stdio: ["ignore", "ignore", "ignore"],
  });
  return child.exited;
}

const failuresOf = ({ verdict }: Report) =>
  verdict.failures.map(({ path, what }) => `${path} ${what}`);

for (const user of users) {
  let number = 0;
  for (const [name, odd] of Object.entries(ODD)) {
    const file = `odd-${user.name.length}-${number++}`;
    test(`${user.name}: ${name}`, async () => {
      const spec = writeSpec(file, `sandbox: odd\nprocesses:\n  ${odd.spec}\n`);
      sandbox(user, "version"); // makes the user's directories
      const alone = shimAlone(user, imageOf(file, spec));
      const ran = sandbox(user, "up", "--json", spec);
      const last = JSON.parse(ran.out.trim().split("\n").at(-1) ?? "") as Report;
      assert.equal(failuresOf(last), odd.failures);
      assert.equal(
        last.verdict.not_judged.map(({ path, what }) => `${path} ${what}`),
        odd.notJudged ?? [],
      );
      assert.is(ran.code, odd.code, ran.err);
      assert.is(last.verdict.exit_code, odd.code);
      assert.is(last.verdict.passed, odd.code === 0);
      assert.is(await alone, odd.code, "the shim alone");
      const red = last.processes.filter(({ failed }) => failed).map(({ path }) => path);
      assert.equal(
        red,
        last.processes
          .map(({ path }) => path)
          .filter((path) => odd.failures.some((failure) => failure.startsWith(`${path} `))),
      );
      const kept = join(scratch, `${file}.json`);
      fs.writeFileSync(kept, JSON.stringify(last));
      const svg = sandbox(user, "report", "--format", "svg", kept).out;
      assert.is(svg.match(/class="failed"/g)?.length ?? 0, red.length);
      assert.is(ran.err.includes("error["), odd.code !== 0);
    });
  }
}

test("the shim alone passes every spec in sandboxes/, as `up` does", async () => {
  const [user] = users;
  assert.ok(user);
  const names = [...new Glob("*.yaml").scanSync(join(root, "sandboxes"))].toSorted();
  const codes = await Promise.all(
    names.map((name) => shimAlone(user, imageOf(name, join(root, "sandboxes", name)))),
  );
  assert.equal(
    names.filter((_, at) => codes[at] !== 0),
    [],
  );
});

test("a signal interrupts the run, whoever is told; `--for` makes nothing of it", async () => {
  const [user] = users;
  assert.ok(user);
  const spec = writeSpec(
    "asked",
    "sandbox: asked\nprocesses: {a: {run: sleep 20, expect: {exit: 0, pid: 2}}}\n",
  );
  const command = Bun.spawn(commandFor(user, ["up", "--json", spec]), {
    env: environmentFor(user),
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  for await (const chunk of command.stdout) {
    if (text === "") command.kill("SIGTERM");
    text += new TextDecoder().decode(chunk);
  }
  await command.exited;
  assert.is(command.signalCode, "SIGTERM", "it ends by the signal that it got");
  const last = JSON.parse(text.trim().split("\n").at(-1) ?? "") as Report;
  const { passed, exit_code, failures, not_judged } = last.verdict;
  assert.equal([passed, exit_code, failures], [false, 130, []]);
  assert.equal(
    not_judged.map(({ path, what }) => `${path} ${what}`),
    ["a exit"],
    "how it would have ended nobody knows",
  );
  const child = Bun.spawn([shimPath() ?? "", "run", imageOf("asked", spec)], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  await Bun.sleep(300);
  child.kill("SIGTERM");
  assert.is(await child.exited, 130);
  const plain = writeSpec("timed", "sandbox: timed\nprocesses: {a: sleep 20}\n");
  assert.is(sandbox(user, "up", "--for", "100ms", plain).code, 0);
});

test("a reader that is gone ends the run, and is no failure", async () => {
  const [user] = users;
  assert.ok(user);
  const spec = writeSpec("unread", 'sandbox: unread\nprocesses: {a: {shell: "exec yes"}}\n');
  const up = commandFor(user, ["up", spec])
    .map((word) => `'${word}'`)
    .join(" ");
  const { exitCode } = Bun.spawnSync(["bash", "-c", `set -o pipefail; ${up} | head -1`], {
    env: environmentFor(user),
    timeout: 30_000,
  });
  assert.is(exitCode, 0);
});

test("a failure names its place, what was wanted and what was found", () => {
  const [user] = users;
  assert.ok(user);
  const spec = writeSpec(
    "placed",
    'sandbox: placed\nparams: {n: {type: integer, default: 3}}\nprocesses:\n  a: {shell: "exit ${n}", expect: {exit: 4}}\n',
  );
  const ran = sandbox(user, "up", "--json", "-p", "n=5", spec);
  const last = JSON.parse(ran.out.trim().split("\n").at(-1) ?? "") as Report;
  assert.equal(last.params, { n: 5 });
  assert.is(last.spec, "placed.yaml");
  assert.match(last.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(last.verdict.failures, [
    {
      path: "a",
      what: "exit",
      level: null,
      wanted: 4,
      found: 5,
      code: "SBX5001",
      because_of: null,
      file: "placed.yaml",
      line: 4,
      column: 42,
      message: '"a": expected exit code 4, found 5',
    },
  ]);
});

test.run();
