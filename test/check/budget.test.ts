/** Small specs that ask for more than any machine has are refused, in bounded time and memory. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { canonicalPlan, planHash } from "../../src/plan/canonical.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import * as bounds from "../../src/spec/bounds.ts";
import { root } from "../sandbox.ts";

const test = suite("budget");

const dir = fs.mkdtempSync(join(tmpdir(), "sandbox-budget-"));
process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));

/** Time of the processor, since others may want it too. */
const CPU_MS_MAX = 10_000;
const MEGABYTES_MAX = 1_000;
/** Where the parser has made of a file of 16 MB what one may hold. */
const PARSED_MEGABYTES_MAX = 1_300;

const times = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");
const listed = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => item(index)).join(", ");
const processes = (lines: string) => `sandbox: x\nprocesses:\n${lines}`;
const one = (fields: string) => processes(`  a: {${fields}}\n`);

const LONG = "x".repeat(100_000);
const MEGABYTE = "y".repeat(1_000_000);
const VARIABLES = listed(3_000, (index) => `V${index}: v`);
const MANY_KEYS = `{${listed(2_000, (index) => `K${index}: v`)}}`;
const SIGNS = "+1".repeat(200);
const MATRIX = `params: {n: {type: integer, default: 1}}\nmatrix: {n: [${listed(10_000, (index) => String(index + 1))}]}\n`;

/** With the code that each is refused by; null: it means a finite small thing. */
const specs: Record<string, readonly [code: string | null, text: string]> = {
  "an env of 100 KB": ["SBX2310", one(`run: pwd, replicas: 1000000, env: {A: ${LONG}}`)],
  "an env of 100 KB beside a number": [
    "SBX2310",
    one(`run: pwd, replicas: 1000000, env: {A: ${LONG}, B: 'b\${replica}'}`),
  ],
  "an argument of 100 KB": ["SBX2310", one(`run: [echo, ${LONG}], replicas: 1000000`)],
  "a stdin of 100 KB": ["SBX2310", one(`run: cat, replicas: 1000000, stdin: {text: ${LONG}}`)],
  "a script of 100 KB": ["SBX2310", one(`shell: "${LONG}", replicas: 1000000`)],
  "a sandbox's env of 100 KB": [
    "SBX2310",
    `sandbox: x\nenv: {A: ${LONG}}\nprocesses: {a: {run: pwd, replicas: 1000000}}\n`,
  ],
  "an env of 100 KB of each of 60,000 sandboxes": [
    "SBX2310",
    `sandbox: x\nsandboxes:\n  s:\n    env: {A: ${LONG}}\n    replicas: 60000\n    processes: {a: {run: pwd, replicas: 10}}\n`,
  ],
  "3,000 short variables": ["SBX2310", one(`run: pwd, replicas: 100000, env: {${VARIABLES}}`)],
  "3,000 short variables of copies that differ": [
    "SBX2310",
    one(`run: 'echo \${replica}', replicas: 100000, env: {${VARIABLES}}`),
  ],
  "3,000 variables of a sandbox, and one of each process": [
    "SBX2310",
    `sandbox: x\nenv: {${VARIABLES}}\nprocesses:\n${times(20_000, (index) => `  p${index}: {run: pwd, env: {A: a}}\n`)}`,
  ],
  "a parameter of 1 MB named 400 times": [
    "SBX2310",
    `sandbox: x\nparams: {b: {type: string, default: ${MEGABYTE}}}\nprocesses:\n${times(400, (index) => `  p${index}: {run: cat, stdin: {text: 'a \${b}'}}\n`)}`,
  ],
  "a parameter of 1 MB named 400 times in one text": [
    "SBX2310",
    `sandbox: x\nparams: {b: {type: string, default: ${MEGABYTE}}}\nprocesses:\n  p: {run: cat, stdin: {text: '${"${b} ".repeat(400)}'}}\n`,
  ],
  "an alias of 1 MB used 3,000 times": [
    "SBX2310",
    `sandbox: x\nx-b: &b ${MEGABYTE}\nprocesses:\n${times(3_000, (index) => `  p${index}: {run: cat, stdin: {text: *b}}\n`)}`,
  ],
  "an alias of 1 MB used wrongly 100 times": [
    "SBX2301",
    `sandbox: x\nx-b: &b ${MEGABYTE}\nprocesses:\n${times(100, (index) => `  p${index}: {run: cat, timeout: *b}\n`)}`,
  ],
  "5,000 merge keys of 2,000 entries": [
    "SBX1004",
    `sandbox: x\nx-m: &m ${MANY_KEYS}\nprocesses:\n${times(5_000, (index) => `  p${index}: {run: pwd, env: {<<: *m}}\n`)}`,
  ],
  "one merge key of 5,000 maps of 2,000 entries": [
    "SBX1004",
    `sandbox: x\nx-m: &m ${MANY_KEYS}\nprocesses: {p: {run: pwd, env: {<<: [${listed(5_000, () => "*m")}]}}}\n`,
  ],
  "a matrix of 10,000 values for replicas": [
    "SBX2310",
    `sandbox: x\n${MATRIX}processes: {a: {run: pwd, replicas: "\${n}"}}\n`,
  ],
  "a matrix of 10,000 values in 5,000 processes": [
    "SBX2310",
    `sandbox: x\n${MATRIX}processes:\n${times(5_000, (index) => `  p${index}: 'sleep \${n}'\n`)}`,
  ],
  "40,000 copies that depend on 40,000": [
    "SBX2310",
    processes(
      "  a: {run: pwd, replicas: 40000, depends_on: [b]}\n  b: {run: pwd, replicas: 40000}\n",
    ),
  ],
  "200 operators in each of 1,000,000 copies": [
    "SBX2310",
    one(`run: 'sleep \${replica${SIGNS}}', replicas: 1000000`),
  ],
  "200 operators in 16 copies in each of 60,000 sandboxes": [
    "SBX2310",
    `sandbox: x\nsandboxes:\n  s:\n    replicas: 60000\n    processes: {a: {run: 'sleep \${replica${SIGNS}}', replicas: 16}}\n`,
  ],
  "1,000,000 copies that differ": ["SBX2310", one("run: 'sleep ${replica}', replicas: 1000000")],
  "20,000 parameters and 100,000 copies that differ": [
    null,
    `sandbox: x\nparams:\n${times(20_000, (index) => `  n${index}: {type: integer, default: 1}\n`)}processes:\n  a: {run: 'sleep \${replica}', replicas: 100000}\n  b: {run: [echo, '${times(20_000, (index) => `\${n${index}}`)} '}\n`.replace(
      " '}",
      " ']}",
    ),
  ],
  "8,000,000 values in one list": [
    "SBX1006",
    `sandbox: x\nprocesses: {a: pwd}\nx-a: [${"1,".repeat(8_000_000)}1]\n`,
  ],
  "8,000,000 values that are not even there": [
    "SBX1006",
    `sandbox: x\nprocesses: {a: pwd}\nx-a:\n${" -\n".repeat(5_000_000)}`,
  ],
  "templates that use the next one twice, 30 deep": [
    null,
    tower(30, (index) => `[t${index}, t${index}]`),
  ],
  "templates that use the next one 200 times, six deep": [
    null,
    tower(6, (index) => `[${listed(200, () => `t${index}`)}]`),
  ],
  "templates that use two others in turn, 30 deep": [
    null,
    `sandbox: x\ntemplates:\n${times(30, (index) => `  a${index}: {use: [a${index + 1}, b${index + 1}, a${index + 1}]}\n  b${index}: {use: [b${index + 1}, a${index + 1}]}\n`)}  a30: {umask: '077'}\n  b30: {cwd: /}\nprocesses: {a: {use: a0, run: pwd}, b: {use: b0, run: pwd}}\n`,
  ],
  "templates of two sandboxes each, 30 deep": [
    "SBX2310",
    `sandbox: x\ntemplates:\n${times(30, (index) => `  t${index}: {sandboxes: {a: {use: t${index + 1}}, b: {use: t${index + 1}}}}\n`)}  t30: {processes: {p: pwd}}\nsandboxes: {s: {use: t0}}\n`,
  ],
  "a chain of 20,000 templates": ["SBX2310", tower(20_000, (index) => `t${index}`)],
  "a template named 50,000 times by a process of 20,000 variables": [
    null,
    `sandbox: x\ntemplates: {t: {env: {A: b}}}\nprocesses:\n  a: {run: pwd, use: [${listed(50_000, () => "t")}], env: {${listed(20_000, (index) => `V${index}: v`)}}}\n`,
  ],
  "a template of 5,000 variables used by 5,000 processes": [
    "SBX2310",
    `sandbox: x\ntemplates: {t: {env: {${listed(5_000, (index) => `V${index}: v`)}}}}\nprocesses:\n${times(5_000, (index) => `  p${index}: {use: t, run: pwd}\n`)}`,
  ],
};

function tower(levels: number, use: (next: number) => string): string {
  const lines = times(levels, (index) => `  t${index}: {use: ${use(index + 1)}}\n`);
  return `sandbox: x\ntemplates:\n${lines}  t${levels}: {umask: '077'}\nprocesses: {a: {use: t0, run: pwd}}\n`;
}

for (const [name, [code, text]] of Object.entries(specs)) {
  test(`${name}: ${code ?? "nothing is wrong"}`, () => {
    const file = join(dir, "spec.yaml");
    fs.writeFileSync(file, text);
    const ran = Bun.spawnSync(
      [process.execPath, join(root, "src/cli/main.ts"), "check", "--format", "json", file],
      { env: { PATH: process.env["PATH"], HOME: dir }, stdin: "ignore", timeout: 120_000 },
    );
    const { diagnostics } = JSON.parse(ran.stdout.toString() || '{"diagnostics": []}');
    const first = diagnostics[0] ?? null;
    assert.is(ran.exitCode, code === null ? 0 : 2, ran.stderr.toString().slice(0, 500));
    assert.is(first?.code ?? null, code, first?.message);
    if (code !== null) assert.ok(first.range !== null, "it has a span");
    const { maxRSS, cpuTime } = ran.resourceUsage;
    const most = code === "SBX1006" ? PARSED_MEGABYTES_MAX : MEGABYTES_MAX;
    assert.ok(maxRSS / 1e6 < most, `${maxRSS / 1e6} MB`);
    assert.ok(Number(cpuTime.total) / 1e3 < CPU_MS_MAX, `${Number(cpuTime.total) / 1e3} ms`);
  });
}

const codesOf = (text: string) =>
  checkSpec({ file: "spec.yaml", text }).diagnostics.map(({ code }) => code);

test("each sum has its last spec that can be had, and its first that cannot", () => {
  const edges = (count: number) =>
    processes(
      `  a: {run: pwd, replicas: ${count}, depends_on: [b]}\n  b: {run: pwd, replicas: 1000}\n`,
    );
  const most = bounds.EDGE_COUNT_MAX / 1_000;
  assert.equal(codesOf(edges(most)), []);
  assert.equal(codesOf(edges(most + 1)), ["SBX2310"]);
  // A map, its two fields, and their values: five nodes a copy.
  const differing = (count: number) => one(`run: 'sleep \${replica}', replicas: ${count}`);
  assert.equal(codesOf(differing(bounds.COPIED_NODE_COUNT_MAX / 5)), []);
  assert.equal(codesOf(differing(bounds.COPIED_NODE_COUNT_MAX / 5 + 1)), ["SBX2310"]);
});

test("a finding is at what makes the spec grow", () => {
  const text = processes(`  small: pwd\n  large: {run: [echo, ${LONG}], replicas: 100000}\n`);
  const [first] = checkSpec({ file: "spec.yaml", text }).diagnostics;
  assert.is(text.slice(first?.span.start, first?.span.end), "large");
});

test("the hash of a plan is that of its canonical form, also of many parts", () => {
  const { ir } = checkSpec({ file: "x", text: one("run: sleep 1, replicas: 10000") });
  assert.ok(ir !== null);
  const plan = planOf(ir);
  const canonical = canonicalPlan(plan);
  assert.is(canonical, JSON.stringify(JSON.parse(canonical)));
  const digest = new Bun.CryptoHasher("sha256").update(canonical).digest("hex");
  assert.is(planHash(plan), `sha256:${digest}`);
});

test.run();
