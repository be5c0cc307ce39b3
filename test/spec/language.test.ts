/** Parameters of every type, expressions, and what templates merge to. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import type { Process } from "../../src/ir/process.ts";
import { interpolate, type Value } from "../../src/spec/expression.ts";
import type { Given } from "../../src/spec/params.ts";

const test = suite("language");

const check = (text: string, given: Given = {}, files: Readonly<Record<string, string>> = {}) =>
  checkSpec({ file: "spec.yaml", text }, { given, load: (path) => files[path] ?? null });

function processes(text: string, given: Given = {}): readonly Process[] {
  const { ir, diagnostics } = check(text, given);
  assert.ok(ir, diagnostics.map(({ message }) => message).join("; "));
  return ir.processes;
}

const types: readonly [declared: string, right: string, wrong: string][] = [
  ["{type: integer, min: 2, max: 4, default: 3}", "4", "5"],
  ["{type: integer, default: 3}", "-2", "2.5"],
  ["{type: number, min: 0, default: 1}", "0.5", "-0.5"],
  ["{type: string, default: a}", "any text", ""],
  ["{type: boolean, default: true}", "false", "yes"],
  ["{type: enum, values: [red, green], default: red}", "green", "blue"],
  ["{type: duration, max: 1m, default: 1s}", "30s", "2m"],
  ["{type: size, min: 1K, default: 1M}", "64K", "12"],
];

for (const [declared, right, wrong] of types) {
  test(`a parameter ${declared} takes ${right}${wrong === "" ? "" : `, not ${wrong}`}`, () => {
    const text = `sandbox: x\nparams: {p: ${declared}}\nprocesses: {a: {run: [echo, "v=\${p}"]}}\n`;
    assert.equal(processes(text, { p: right })[0]?.argv, ["echo", `v=${right}`]);
    if (wrong === "") return;
    assert.equal(
      check(text, { p: wrong }).diagnostics.map(({ code }) => code),
      ["SBX2114"],
    );
  });
}

test("a number that is given is read as one of the spec is", () => {
  const text = (type: string) =>
    `sandbox: x\nparams: {p: {type: ${type}, default: 0x10}}\nprocesses: {a: {run: [echo, "\${p}"]}}\n`;
  for (const [type, given, value] of [
    ["integer", "0x7", "7"],
    ["integer", "0o17", "15"],
    ["integer", "-3", "-3"],
    ["number", "1e3", "1000"],
    ["number", ".5", "0.5"],
  ] as const)
    assert.is(processes(text(type), { p: given })[0]?.argv[1], value);
  for (const wrong of ["", "x", "1_000", ".inf", "0x", "1 2"]) {
    const codes = check(text("number"), { p: wrong }).diagnostics.map(({ code }) => code);
    assert.equal(codes, ["SBX2114"], wrong);
  }
});

test("no number is no bound, and one beyond 2^53 is told as it is written", () => {
  const messages = (text: string) =>
    check(`sandbox: x\n${text}\n`).diagnostics.map(({ message }) => message);
  assert.equal(
    messages(
      "params: {n: {type: integer, min: .nan, default: 1}}\nprocesses: {a: {run: [echo, '${n}']}}",
    ),
    ['".nan" is no bound for an integer'],
  );
  assert.equal(messages("processes: {a: {run: pwd, pid: 99999999999999999999}}"), [
    "99999999999999999999 is no PID",
  ]);
});

test("RLIM_INFINITY is unlimited", () => {
  const [own] = processes(
    "sandbox: x\nprocesses: {a: {run: pwd, limits: {fsize: 18446744073709551615}}}\n",
  );
  assert.equal([own?.limits[0]?.soft, own?.limits[0]?.hard], [null, null]);
});

test("text that is one expression takes its type, other text is text", () => {
  const text = `sandbox: x
params: {n: {type: integer, default: 2}, b: {type: boolean, default: true}, d: {type: duration, default: 7s}}
processes: {a: {run: pwd, replicas: "\${n}", essential: "\${b}", timeout: "\${d}", env: {N: "\${n}", M: "<\${n}>"}}}
`;
  const [first, second, ...others] = processes(text);
  assert.equal(others, []);
  assert.is(second?.name, "a.2");
  assert.is(first?.essential, true);
  assert.is(first?.timeoutMs, 7_000);
  assert.equal(Object.fromEntries(first?.env ?? [])["M"], "<2>");
});

test("a parameter of any type is text where a field wants text", () => {
  const text = `sandbox: x
params: {n: {type: integer, default: 3}, b: {type: boolean, default: true}, f: {type: number, default: 0.5}}
processes:
  a: {run: [echo, "\${n}", "\${b}", "\${f}"], cwd: "\${n}", stdin: {text: "\${b}"}, inherit_env: ["\${b}"]}
  b: {run: "\${n}"}
  c: {shell: "\${b}"}
  d: {run: [echo, "\${replica}"], replicas: 1}
`;
  const [a, b, c, d] = processes(text);
  assert.equal(a?.argv, ["echo", "3", "true", "0.5"]);
  assert.equal([a?.cwd, a?.stdin, a?.inheritEnv], ["3", { kind: "text", text: "true" }, ["true"]]);
  assert.equal([b?.argv, c?.argv.at(-1), d?.argv], [["3"], "true", ["echo", "1"]]);
});

test("a parameter that is no choice of its field is none, and numbers in a list are no text", () => {
  const wrong = (fields: string) =>
    check(
      `sandbox: x\nparams: {n: {type: integer, default: 3}}\nprocesses: {a: {${fields}, env: {N: "\${n}"}}}\n`,
    ).diagnostics.map(({ code }) => code);
  assert.equal(wrong('run: pwd, stdout: "${n}"'), ["SBX2002"]);
  assert.equal(wrong("run: [sleep, 3]"), ["SBX2002"]);
});

test("a quote that a parameter brings into a command is told as that, and a list takes it", () => {
  const text = (run: string) =>
    `sandbox: x\nparams: {q: {type: string, default: "it's"}}\nprocesses: {a: {run: ${run}}}\n`;
  const [first, ...others] = check(text('"echo ${q}"')).diagnostics;
  assert.is(first?.message, "a quote is not closed once parameters are put in");
  assert.equal(others, []);
  assert.equal(processes(text('[echo, "${q}"]'))[0]?.argv, ["echo", "it's"]);
});

const scope = new Map<string, Value>([
  ["n", 7],
  ["s", "text"],
  ["big", 2 ** 52],
]);
const expressions: readonly [text: string, value: Value | string][] = [
  ["${n}", 7],
  ["${n + 2 * 3}", 13],
  ["${(n + 2) * 3}", 27],
  ["${n / 2}", 3],
  ["${-n / 2}", -3],
  ["${n % 4}", 3],
  ["${1 - 2 - 3}", -4],
  ["${--n}", 7],
  ["a${n}b${n - 1}", "a7b6"],
  ["$${n}", "${n}"],
  ["$${n} ${n}", "${n} 7"],
  ["${s}", "text"],
];

test("expressions", () => {
  for (const [text, value] of expressions) {
    assert.equal(interpolate(text, scope), { ok: true, value }, text);
  }
});

test("wrong expressions say what is wrong", () => {
  const codeOf = (text: string) => {
    const finding = interpolate(text, scope);
    return finding.ok ? null : finding.problems[0]?.code;
  };
  for (const text of ["${}", "${n +}", "${(n}", "${n n}", "${n; n}", "${n", "${)}"]) {
    assert.is(codeOf(text), "SBX2311", text);
  }
  for (const text of ["${n / 0}", "${s + 1}", "${big * big}"]) {
    assert.is(codeOf(text), "SBX2312", text);
  }
  assert.is(codeOf("${m}"), "SBX2309");
});

test("templates: maps deep, all else replaced, the node wins, then the last named", () => {
  const [own] = processes(`sandbox: x
templates:
  a: {run: [a, b], env: {A: a, B: a, C: a}, umask: "077", stdin: {text: t}}
  b: {use: c, env: {B: b, C: b}, cwd: /b}
  c: {cwd: /c, timeout: 3s}
processes:
  p: {use: [a, b], shell: "true; true", env: {C: p}, stdin: {file: /f}}
`);
  const { A, B, C } = Object.fromEntries(own?.env ?? []);
  assert.equal([A, B, C], ["a", "b", "p"]);
  assert.equal(own?.argv, ["/bin/sh", "-c", "true; true"]);
  assert.equal(own?.stdin, { kind: "file", path: "/f" });
  assert.is(own?.cwd, "/b");
  assert.is(own?.umask, 0o077);
  assert.is(own?.timeoutMs, 3_000);
});

test("templates: the short form of a process is its map, on either side", () => {
  const all = processes(`sandbox: x
templates:
  short: {processes: {p: sleep 1, q: {nice: 3}, r: [a, b], s: a, stdin: {nice: 4}}}
use: short
processes: {p: {expect: {exit: 0}}, q: pwd, r: {shell: x}, s: b, stdin: "c"}
`);
  const by = Object.fromEntries(all.map((each) => [each.name, each]));
  assert.equal(by["p"]?.argv, ["sleep", "1"]);
  assert.equal([by["q"]?.argv, by["q"]?.nice], [["pwd"], 3]);
  assert.equal(by["r"]?.argv, ["/bin/sh", "-c", "x"]);
  assert.equal(by["s"]?.argv, ["b"]);
  assert.equal([by["stdin"]?.argv, by["stdin"]?.nice], [["c"], 4]);
});

test("templates: in a map that is a value, names of fields are names like others", () => {
  const [own] = processes(`sandbox: x
templates: {t: {env: {shell: s, use: u, stdin: i}}}
processes: {p: {use: t, run: pwd, env: {run: r}}}
`);
  assert.equal(
    Object.keys(Object.fromEntries(own?.env ?? []))
      .filter((name) => /^[a-z]/.test(name))
      .toSorted(),
    ["run", "shell", "stdin", "use"],
  );
});

test("a mistake in an included template is told there, and where it is used", () => {
  const spec = "sandbox: x\ninclude: [t.yaml]\nprocesses: {p: {use: t, run: pwd}}\n";
  const { diagnostics } = check(spec, {}, { "t.yaml": "templates: {t: {timeout: 5 s}}\n" });
  const [finding] = diagnostics;
  assert.is(diagnostics.length, 1);
  assert.is(finding?.span.file, "t.yaml");
  assert.is(finding?.related[0]?.span.start, spec.indexOf("t, run"));
});

test("a file that two files include is read once", () => {
  const read: string[] = [];
  const files: Readonly<Record<string, string>> = {
    "a.yaml": "include: [c.yaml]\n",
    "b.yaml": "include: [c.yaml]\n",
    "c.yaml": "templates: {t: {run: pwd}}\n",
  };
  const text = "sandbox: x\ninclude: [a.yaml, b.yaml]\nprocesses: {p: {use: t}}\n";
  const load = (path: string) => {
    read.push(path);
    return files[path] ?? null;
  };
  assert.equal(checkSpec({ file: "spec.yaml", text }, { load }).diagnostics, []);
  assert.equal(read, ["a.yaml", "b.yaml", "c.yaml"]);
});

test("each value of a matrix is checked, and a run takes the first of each", () => {
  const text = `sandbox: x
params: {n: {type: integer}}
matrix: {n: [2, 40]}
sandboxes: {d: {nest: "\${n}", processes: {p: pwd}}}
`;
  const { diagnostics } = check(text);
  assert.equal(
    diagnostics.map(({ code }) => code),
    ["SBX2305"],
  );
  assert.equal(check(text.replace("40", "3")).ir?.sandboxes[0]?.name, "d.1");
});

test.run();
