/** The lines of SANDBOX_DEBUG: one JSON object for each step of the shim, and none unasked. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ENUMS } from "../../src/wire/enums.ts";
import {
  commandFor,
  environmentFor,
  root,
  sandbox,
  scratch,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("debug");

interface Line {
  readonly ns: number;
  readonly pid: number;
  readonly step?: string;
  readonly errno?: number;
  readonly level?: number;
  readonly state?: string;
  readonly slot?: number;
  readonly path?: string;
  readonly file?: string;
  readonly line?: number;
}

const shim = process.env["SANDBOX_SHIM"] ?? `${root}/native/build/sandbox-shim`;

const SPEC = `sandbox: debug
processes:
  web: {shell: "ls /proc/self/fd >&2"}
sandboxes:
  inner:
    namespaces: {net: new}
    processes: {own: "true"}
`;

function imageOf(name: string, text: string): string {
  const [user] = users;
  assert.ok(user);
  const plan = join(scratch, `${name}.plan`);
  assert.is(sandbox(user, "plan", "-o", plan, writeSpec(name, text)).code, 0);
  return plan;
}

/** Runs a plan; `lines` are those of stderr that are JSON, `rest` the others. */
function runWith(debug: string, plan: string) {
  const ran = Bun.spawnSync([shim, "run", plan], {
    env: { PATH: process.env["PATH"] ?? "", SANDBOX_DEBUG: debug },
    stdin: "ignore",
  });
  const texts = ran.stderr.toString().trimEnd().split("\n");
  const isLine = (text: string) => text.startsWith("{");
  return {
    code: ran.exitCode,
    lines: texts.filter(isLine).map((text) => JSON.parse(text) as Line),
    rest: texts.filter((text) => !isLine(text)),
  };
}

test("each slot's states come in order, each with its place in the spec", () => {
  const { code, lines } = runWith("1", imageOf("debug", SPEC));
  assert.is(code, 0);
  const states = (path: string) =>
    lines.filter((line) => line.path === path && line.state).map(({ state }) => state);
  for (const path of ["init", "web", "inner/own"])
    assert.equal(states(path), ["starting", "running", "exited"], path);
  // An init that is idle ends by itself, or with the one above before anybody notes it.
  assert.equal(states("inner/init").slice(0, 2), ["starting", "running"]);
  for (const line of lines) {
    assert.ok(line.ns > 0 && line.pid > 0);
    if (line.path === "web") assert.equal([line.file, line.line], [join(scratch, "debug.yaml"), 3]);
  }
});

test("steps of both sandboxes are there, with their level and result", () => {
  const { lines } = runWith("1", imageOf("debug", SPEC));
  const steps = lines.filter((line) => line.step !== undefined);
  for (const { step, errno } of steps) {
    assert.ok((ENUMS.step as readonly string[]).includes(step ?? ""), step);
    assert.is(errno, 0, step);
  }
  const levels = (step: string) => steps.filter((line) => line.step === step).map((at) => at.level);
  assert.equal(levels("last_pid"), [1, 2]);
  assert.equal(levels("loopback"), [2]);
});

test("what failed is there with its errno", () => {
  const { code, lines } = runWith(
    "yes",
    imageOf("failing", "sandbox: failing\nprocesses: {a: /no/such/program}\n"),
  );
  assert.is(code, 1);
  const failed = lines.find(({ state }) => state === "failed");
  assert.equal([failed?.path, failed?.step, failed?.errno], ["a", "exec", 2]);
});

test("unasked, there is not one line", () => {
  const { lines } = runWith("", imageOf("debug", SPEC));
  assert.equal(lines, []);
});

test("a workload gets neither the descriptor nor a line", () => {
  const { rest } = runWith("1", imageOf("debug", SPEC));
  const quiet = runWith("", imageOf("debug", SPEC));
  assert.equal(rest, quiet.rest);
});

test("lines go to a descriptor where one is named", () => {
  const plan = imageOf("debug", SPEC);
  const file = join(scratch, "lines");
  for (const named of [`SANDBOX_DEBUG=3 ${shim} run ${plan}`, `${shim} run ${plan} --debug 3`]) {
    const ran = Bun.spawnSync(["sh", "-c", `exec 3>${file}; ${named}`], { stdin: "ignore" });
    assert.is(ran.exitCode, 0);
    assert.not.match(ran.stderr.toString(), /^\{/m);
    const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
    assert.ok(lines.length > 10);
    for (const line of lines) JSON.parse(line);
  }
});

test("names of files cannot break out of a line", () => {
  const hostile = `a"\\\n\u001b[31m${"é".repeat(80)}`;
  const spec = writeSpec(hostile, SPEC);
  const plan = join(scratch, "hostile.plan");
  const [user] = users;
  assert.ok(user);
  assert.is(sandbox(user, "plan", "-o", plan, spec).code, 0);
  const { lines } = runWith("1", plan);
  const web = lines.find(({ path }) => path === "web");
  assert.ok(web?.file?.startsWith(join(scratch, 'a"\\\n')), web?.file);
});

for (const user of users) {
  test(`sandbox up passes it on, as ${user.name}`, () => {
    sandbox(user, "version"); // makes the user's directories
    const ran = Bun.spawnSync(commandFor(user, ["up", "--json", writeSpec("debug", SPEC)]), {
      env: { ...environmentFor(user), SANDBOX_DEBUG: "1" },
      stdin: "ignore",
    });
    assert.is(ran.exitCode, 0, ran.stderr.toString());
    assert.match(ran.stderr.toString(), /^\{"ns":\d+,"pid":\d+,"state":"running","slot":\d/m);
  });
}

test.run();
