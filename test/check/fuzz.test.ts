/**
 * The whole front end on what nobody would write: never a throw, never a hang, never a raw control
 * character in what is printed. Seeded; SANDBOX_FUZZ_ROUNDS and SANDBOX_FUZZ_SEED choose more.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Checked, checkSpec } from "../../src/check/check.ts";
import type { CodePage } from "../../src/diag/code-page.ts";
import { codes } from "../../src/diag/codes.ts";
import { githubText } from "../../src/diag/github.ts";
import { humanText } from "../../src/diag/human.ts";
import { jsonText } from "../../src/diag/json.ts";
import { sarifText } from "../../src/diag/sarif.ts";
import { completionsAt } from "../../src/editor/completion.ts";
import { symbolsOf } from "../../src/editor/symbols.ts";
import { planHash } from "../../src/plan/canonical.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { planText } from "../../src/plan/text.ts";
import { formatSpec } from "../../src/spec/format.ts";
import { decodeImage } from "../../src/wire/decode.ts";
import { encodeImage } from "../../src/wire/encode.ts";
import { generator } from "../random.ts";

/** Null where it is left as it is. */
function formattedText(text: string): string | null {
  const made = formatSpec(text);
  return made.ok ? made.text : null;
}

const test = suite("fuzz");
const root = join(import.meta.dir, "../..");
const rounds = Number(process.env["SANDBOX_FUZZ_ROUNDS"] ?? 2_500);
const seed = Number(process.env["SANDBOX_FUZZ_SEED"] ?? 20261124);

/** Far more than any of these texts needs on a slow machine. */
const TIME_MAX_MS = 4_000;

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Everything that a command could do with a text. */
function everything(text: string, files: Readonly<Record<string, string>> = {}): Checked {
  const start = performance.now();
  const checked = checkSpec({ file: "spec.yaml", text }, { load: (path) => files[path] ?? null });
  const { diagnostics, ir, sources } = checked;
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  assert.is(ir === null, hasError, text.slice(0, 2_000));
  for (const { span } of diagnostics) {
    const length = sources.get(span.file)?.length ?? 0;
    assert.ok(span.start <= span.end && span.end <= length + 1, text.slice(0, 2_000));
  }
  const few = diagnostics.slice(0, 50);
  const printed = [
    humanText(few, sources, { colour: false, columns: 80 }),
    githubText(few, sources),
  ];
  jsonText(few, sources);
  sarifText(few, sources);
  if (ir !== null && ir.processes.length < 1_000) {
    const plan = planOf(ir);
    const hash = planHash(plan);
    printed.push(planText(plan, hash, { columns: 80 }));
    assert.ok(decodeImage(encodeImage(plan, hash)).ok);
  }
  for (const each of printed) assert.not.match(each, CONTROL);
  const took = performance.now() - start;
  assert.ok(took < TIME_MAX_MS, `${Math.round(took)} ms for ${text.slice(0, 500)}`);
  return checked;
}

const next = generator(seed);
const below = (count: number): number => Math.floor(next() * count);
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;

const corpus = [
  ...[...new Bun.Glob("sandboxes/*.yaml").scanSync(root)].map((file) =>
    fs.readFileSync(join(root, file), "utf8"),
  ),
  ...Object.values<CodePage>(codes).flatMap(({ wrong, right }) =>
    [wrong, right].filter((text) => text !== "" && text.length < 2_000),
  ),
];

const SCRAPS = [
  "{",
  "}",
  "[",
  "]",
  ": ",
  "- ",
  "&a ",
  "*a",
  "<<: *a",
  "\0",
  "5",
  "null",
  "~",
  "pid: 1",
  "nest: 99",
  "\t",
  "${x}",
  "${",
  "$${",
  "é",
  "\u202e",
  "\u001b[31m",
  "'",
  '"',
  "|\n",
  ">\n",
  "#",
  "use: a",
  "replicas: 3",
  "!!str ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "__proto__: ",
  "constructor",
  "\r\n",
  "\u2028",
  "😀",
  "1e999",
  "0x1f",
  ".inf",
  "2026-11-24",
];

test(`${rounds} texts with changed places`, () => {
  for (let round = 0; round < rounds; round++) {
    let text = pick(corpus);
    for (let edits = 1 + below(4); edits > 0; edits--) {
      const at = below(text.length);
      text = text.slice(0, at) + pick(SCRAPS) + text.slice(at + below(6));
    }
    const { sources } = everything(text);
    if (round % 10 !== 0) continue;
    const once = formattedText(text);
    if (once !== null) assert.is(formattedText(once), once, text);
    completionsAt(text, below(text.length + 1), symbolsOf(sources));
  }
});

const NAMES = ["a", "b", "web", "db", "w1", "init", "host", "__proto__", "constructor", "x-a"];
/** Values that a field takes, most of the time. */
const PROCESS_FIELDS: Readonly<Record<string, readonly string[]>> = {
  run: ["sleep 1", "[pwd]", '"sleep ${a}"'],
  shell: ["'true; true'", "'echo $${HOME}'"],
  pid: ["50", '"${a + 40}"'],
  replicas: ["2", '"${a}"', '"${a * 2}"'],
  use: ["b", "[b]"],
  env: ["{A: b}", '{A: "${a}"}'],
  depends_on: ["web", "[web]", "{web: exited}"],
  timeout: ["5s", "1m30s"],
  expect: ["{exit: 0}", "{level: 1}", "{pid: 50}"],
  stdin: ["{text: hi}", '"null"'],
  limits: ["{nofile: 64}", "{core: unlimited}"],
  umask: ['"022"', "077"],
  nice: ["-5", "19", '"${a}"'],
  oom_score_adj: ["-1000", "1000"],
  ignore_signals: ["[HUP]", "[1, RTMIN+2]", "[]"],
  parent_death_signal: ["TERM", "9"],
  stop: ["{signal: INT}", "{grace: 1s}"],
};
const SANDBOX_FIELDS: Readonly<Record<string, readonly string[]>> = {
  hostname: ["h", '"h${a}"'],
  namespaces: ["{net: new}", "{user: new}", "{pid: inherit}", "{time: {monotonic: -1h}}"],
  init: ["web", "reaper"],
  until: ["all", "any", "web"],
  nest: ["2", '"${a}"'],
  replicas: ["2", "1"],
  timeout: ["9s"],
  env: ["{B: 1}"],
  umask: ['"027"'],
  use: ["b"],
};
const WRONG = [
  "${a}",
  "${b / a}",
  "${replica * nest}",
  "-1",
  "true",
  "null",
  "[a, b]",
  "{a: b}",
  "{}",
  "[]",
  '"${"',
  "'${a}${b}'",
  "99999999999999999999",
  "zzz",
  '""',
];

/** Some fields in flow style; now and then one that is not known, or a value that is not right. */
function fields(known: Readonly<Record<string, readonly string[]>>): string[] {
  const chosen = Object.keys(known).filter(() => next() < 0.2);
  const entries = chosen.map(
    (field) => `${field}: ${next() < 0.04 ? pick(WRONG) : pick(known[field] ?? [])}`,
  );
  if (next() < 0.04) entries.push(`${pick(["zzz", "x-b", "pid", "nest"])}: ${pick(WRONG)}`);
  return entries;
}

function someProcess(): string {
  const own = fields(PROCESS_FIELDS).filter((entry) => !/^(run|shell):/.test(entry));
  return `{run: ${pick(PROCESS_FIELDS["run"] ?? [])}, ${own.join(", ")}}`;
}

function someSandbox(depth: number): string {
  const entries = [
    ...fields(SANDBOX_FIELDS),
    `processes: {web: ${someProcess()}, ${pick(NAMES)}1: ${someProcess()}}`,
  ];
  if (depth > 0 && next() < 0.6)
    entries.push(`sandboxes: {${pick(NAMES)}: ${someSandbox(depth - 1)}}`);
  return `{${entries.join(", ")}}`;
}

function someSpec(): string {
  const kind = pick(["integer", "integer", "string", "enum", "size"]);
  const parts = [
    "sandbox: fuzz",
    `params: {a: {type: integer, default: ${1 + below(4)}}, b: {type: ${kind}, default: 2}}`,
    `templates: {b: {${fields(PROCESS_FIELDS)
      .filter((entry) => !entry.startsWith("use"))
      .join(", ")}}}`,
  ];
  if (next() < 0.3)
    parts.push(`matrix: {a: [1, 2]${next() < 0.2 ? `, ${pick(NAMES)}: [${pick(WRONG)}]` : ""}}`);
  if (next() < 0.1) parts.push(`include: [${pick(["one.yaml", "three.yaml", "gone.yaml"])}]`);
  parts.push(`processes: {web: ${someProcess()}, ${pick(NAMES)}: ${someProcess()}}`);
  parts.push(`sandboxes: {s: ${someSandbox(3)}}`);
  return `${parts.join("\n")}\n`;
}

test(`${rounds} specs made from the language's own parts`, () => {
  const files = {
    "one.yaml": "include: [two.yaml]\n",
    "two.yaml": "include: [one.yaml]\ntemplates: {a: {use: b}}\n",
  };
  let right = 0;
  for (let round = 0; round < rounds; round++) {
    if (everything(someSpec(), files).ir !== null) right++;
  }
  assert.ok(right > rounds / 100, `only ${right} of them were right`);
});

const long = "x".repeat(1_000_000);
const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

const hostile: readonly [name: string, text: string][] = [
  ["100,000 brackets", "[".repeat(100_000)],
  ["100,000 braces", "{a: ".repeat(100_000)],
  ["100,000 dashes", "- ".repeat(100_000)],
  ["100,000 lines, each deeper", many(1_500, (index) => `${" ".repeat(index)}a:`)],
  ["a key of 1 MB", `sandbox: x\nprocesses:\n  ${long}: sleep 1\n`],
  ["a value of 1 MB", `sandbox: x\nprocesses: {a: {run: [echo, ${long}]}}\n`],
  [
    "a name of 1 MB that is nowhere",
    `sandbox: x\nprocesses: {a: {run: pwd, depends_on: [${long}]}}\n`,
  ],
  ["an expression of 1 MB", `sandbox: x\nprocesses: {a: {run: "\${${"1+".repeat(500_000)}1}"}}\n`],
  ["100,000 parentheses", `sandbox: x\nprocesses: {a: {run: "\${${"(".repeat(100_000)}"}}\n`],
  ["100,000 expressions", `sandbox: x\nprocesses: {a: {shell: "${"${q} ".repeat(100_000)}"}}\n`],
  ["10,000 unknown fields", `sandbox: x\n${many(10_000, (index) => `field${index}: 1`)}\n`],
  [
    "10,000 unknown names",
    `sandbox: x\nprocesses:\n${many(3_000, (index) => `  p${index}: {run: pwd, depends_on: [q${index}]}`)}\n`,
  ],
  [
    "a chain of 3,000 dependencies",
    `sandbox: x\nprocesses:\n  p0: pwd\n${many(3_000, (index) => `  p${index + 1}: {run: pwd, depends_on: [p${index}]}`)}\n`,
  ],
  [
    "a circle of 3,000 dependencies",
    `sandbox: x\nprocesses:\n${many(3_000, (index) => `  p${index}: {run: pwd, depends_on: [p${(index + 1) % 3_000}]}`)}\n`,
  ],
  [
    "templates that double",
    `sandbox: x\ntemplates:\n  t0: {processes: {a: pwd}}\n${many(40, (index) => `  t${index + 1}: {sandboxes: {a: {use: t${index}}, b: {use: t${index}}}}`)}\nuse: t40\n`,
  ],
  [
    "copies of copies",
    "sandbox: x\nsandboxes: {a: {replicas: 65536, sandboxes: {b: {replicas: 65536, nest: 32, processes: {p: {run: pwd, replicas: 1000000}}}}}}\n",
  ],
  [
    "huge numbers",
    "sandbox: x\nprocesses: {a: {run: pwd, pid: 1e308, replicas: 99999999999999999999999, timeout: 99999999999h}}\n",
  ],
  ["a file of NULs", "\0".repeat(100_000)],
  ["a byte order mark", "\ufeffsandbox: x\nprocesses: {a: pwd}\n"],
  ["control characters in a name", 'sandbox: "a\\e]0;b\\a\\u202e"\nprocesses: {"\\e[31m": pwd}\n'],
];

for (const [name, text] of hostile) {
  test(`${name}: refused or run, in no time`, () => {
    everything(text);
    formattedText(text);
  });
}

test("names that every object has are names like others", () => {
  const text =
    "sandbox: constructor\nparams: {toString: {type: integer, default: 1}}\ntemplates: {valueOf: {umask: 077}}\nprocesses:\n  constructor: {use: valueOf, run: pwd, env: {__proto__: a, hasOwnProperty: '${toString}'}}\n  toString: {run: pwd, depends_on: [constructor], limits: {nofile: 5}}\n";
  const { ir, diagnostics } = everything(text);
  assert.equal(diagnostics, []);
  assert.equal(
    ir?.processes[0]?.env.filter(([key]) => /^_|^h/.test(key)),
    [
      ["__proto__", "a"],
      ["hasOwnProperty", "1"],
    ],
  );
});

test.run();
