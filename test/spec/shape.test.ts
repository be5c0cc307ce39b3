/** Structure: one finding a mistake, nothing that only follows from it, and a help that corrects it. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";

const test = suite("shape");

const diagnostics = (text: string) => checkSpec({ file: "spec.yaml", text }).diagnostics;
const web = (fields: string) =>
  diagnostics(`sandbox: x\nprocesses:\n  db: pwd\n  web: {run: pwd, ${fields}}\n`);

/** Mistakes, with the only finding there shall be, its label and its help. */
const ONE: readonly [text: string, code: string, label: string | RegExp, help: string | RegExp][] =
  [
    ["sandbx: x\nprocesses: {a: pwd}\n", "SBX2001", 'did you mean "sandbox"?', "write `sandbox`"],
    [
      "sandbox: x\nprocesess: {a: pwd}\n",
      "SBX2001",
      'did you mean "processes"?',
      "write `processes`",
    ],
    [
      "sandbox: x\nsandboxes: {in: {proceses: {a: pwd}}}\nprocesses: {b: {run: pwd, depends_on: [in/a]}}\n",
      "SBX2001",
      'did you mean "processes"?',
      "write `processes`",
    ],
    ["sandbox: x\nprocesses: {a: {rnu: pwd}}\n", "SBX2001", 'did you mean "run"?', "write `run`"],
    [
      "sandbox: x\nprocesses: {a: {run: pwd, stdout: {fil: x}}}\n",
      "SBX2001",
      /file/,
      "write `file`",
    ],
    [
      "sandbox: x\nprocesses: {a: {run: pwd, qqq: h}}\n",
      "SBX2001",
      "",
      /^the fields here are description, /,
    ],
    ["sandbox: x\nprocesses: {a: {run: pwd, hostname: h}}\n", "SBX2001", /of a sandbox/, /./],
    ["sandbox: x\nsandboxes: {a: {run: pwd}}\n", "SBX2001", /of a process/, /./],
    ["sandbox: x\nsandboxes: {a: {params: {}, processes: {p: pwd}}}\n", "SBX2001", /the spec/, /./],
    [
      "sandbox: x\ntemplates: {t: {hostnam: h}}\nprocesses: {a: {use: t, run: pwd}, b: {use: t, run: pwd}}\n",
      "SBX2001",
      'did you mean "hostname"?',
      /./,
    ],
    ["sandbox: x\nprocesses:\n  a:\n", "SBX2002", /expected/, /^write text or a list or a map/],
    [
      "sandbox: x\nprocesses:\n",
      "SBX2002",
      /expected/,
      "write a map here, such as {web: sleep 60}",
    ],
    [
      "sandbox: x\nprocesses:\n  web:sleep 1\n  db:sleep 2\n",
      "SBX2002",
      /map/,
      "put a space behind the colon: `web: sleep 1`",
    ],
    [
      'sandbox: x\nprocesses: {a: pwd, b: pwd, c: {run: pwd, depends_on: "a, b"}}\n',
      "SBX2103",
      "write a list: [a, b]",
      /./,
    ],
    ["sandbox: x\nsandboxes:\n  a:\nprocesses: {b: pwd}\n", "SBX2002", /expected/, /^write a map/],
    ["sandbox: x\nsandboxes: {a: {nest: 40, processes: {p: pwd}}}\n", "SBX2305", "", /1 to 32/],
    ["sandbox: x\nprocesses: {a: {run: pwd, replicas: 2000000}}\n", "SBX2305", "", /1000000/],
    ["sandbox: x\nuntil: 5\nprocesses: {p: pwd}\n", "SBX2002", /text/, /quotes.*"5"/],
    [
      "sandbox: x\ninclude: a.yaml\nprocesses: {p: pwd}\n",
      "SBX2002",
      /list/,
      "write a list: [a.yaml]",
    ],
    [
      "sandbox: x\nstop: TERM\nprocesses: {p: pwd}\n",
      "SBX2002",
      /map/,
      /\{signal: INT, grace: 10s\}$/,
    ],
    ["sandbox: x\nparams: {n: {type: int}}\nprocesses: {p: pwd}\n", "SBX2002", /"integer"/, /./],
  ];

for (const [text, code, label, help] of ONE) {
  test(`one finding: ${JSON.stringify(text)}`, () => {
    const all = diagnostics(text);
    assert.equal(
      all.map((each) => each.code),
      [code],
    );
    assert.match(all[0]?.label ?? "", label);
    assert.match(all[0]?.help ?? "", help);
  });
}

const HELPS: readonly [fields: string, help: string][] = [
  ["timeout: 5", "write it as text, such as 5s"],
  ['replicas: "3"', "remove the quotes: 3"],
  ["essential: yes", "write true"],
  ['essential: "false"', "remove the quotes: false"],
  ["inherit_env: PATH", "write a list: [PATH]"],
  ['inherit_env: "PATH, HOME"', "write a list: [PATH, HOME]"],
  ["inherit_env: PATH HOME", "write a list: [PATH, HOME]"],
  ["env: A=b", "write a map: {A: b}"],
  ["user: 5", "write {uid: 5}"],
  ["env: [A=b, C=d]", "write a map: {A: b, C: d}"],
  ["depends_on: {db: true}", "write one of started, exited, succeeded"],
  ["depends_on: {db: }", "write one of started, exited, succeeded"],
  ["depends_on: {db: service_started}", "write one of started, exited, succeeded"],
  ["depends_on: {db: {condition: service_started}}", "write `db: started`"],
  [
    "depends_on: {db: {condition: service_completed_successfully, restart: true}}",
    "write `db: succeeded`",
  ],
  ["depends_on: {db: {condition: process_completed}}", "write `db: exited`"],
  [
    "depends_on: {db: {condition: service_healthy}}",
    "write one of started, exited, succeeded; `ready` is known, but not built yet",
  ],
  ["depends_on: [{db: succeeded}]", "write a map: {db: succeeded}"],
  ["depends_on: [{db: succeeded}, web]", "write a map: {db: succeeded, web: started}"],
  ["depends_on: [{db: {condition: service_started}}]", "write a map: {db: started}"],
  ["env: {A: }", 'write `A: ""` for an empty value; for the caller\'s, `inherit_env: [A]`'],
  ["env: [A]", "write `inherit_env: [A]`"],
  ["env: [A, B=c]", "write `env: {B: c}` and `inherit_env: [A]`"],
  ["env: [{name: A, value: b}]", "write a map: {A: b}"],
  ["env: [{A: b}, C=d]", "write a map: {A: b, C: d}"],
  ["user: root", "write the number of the user: {uid: 1000}; `id -u NAME` has it"],
  ['user: "1000:1001"', "write {uid: 1000, gid: 1001}"],
  [
    "pid: host",
    "write `namespaces: {pid: inherit}` in the sandbox; `pid` is the number of a process",
  ],
];

for (const [fields, help] of HELPS) {
  test(`${fields}: ${help}`, () => {
    const [first, ...others] = web(fields);
    assert.is(first?.code, "SBX2002");
    assert.is(first?.help, help);
    assert.equal(others, []);
  });
}

/** Values of other tools, each with the value that is suggested. */
const CHOICES: readonly [text: string, meant: string][] = [
  ["processes: {db: pwd, a: {run: pwd, depends_on: {db: service_started}}}", "started"],
  ["processes: {a: {run: pwd, stdout: /dev/null}}", "null"],
  ["namespaces: {net: host}\nprocesses: {a: pwd}", "inherit"],
  ["namespaces: {net: none}\nprocesses: {a: pwd}", "new"],
  ["processes: {a: {run: pwd, stop: {scope: control-group}}}", "group"],
];

for (const [body, meant] of CHOICES) {
  test(`${JSON.stringify(body)}: did you mean "${meant}"?`, () => {
    const text = `sandbox: x\n${body}\n`;
    const [first, ...others] = diagnostics(text);
    assert.equal([first?.code, first?.label], ["SBX2002", `did you mean "${meant}"?`]);
    assert.equal(others, []);
    const { start = 0, end = 0 } = first?.span ?? {};
    assert.equal(diagnostics(text.slice(0, start) + meant + text.slice(end)), []);
  });
}

test("a list of maps where a map would do is one mistake", () => {
  const all = web("depends_on: [{db: started}, {db: exited}, {db: succeeded}]");
  assert.is(all.length, 1);
});

test("nothing is suggested that shares no letter, and no process for itself", () => {
  const [first] = diagnostics("sandbox: x\nprocesses: {a: {run: pwd, depends_on: [b]}}\n");
  assert.is(first?.label, "");
});

test("a thousand wrong names do not take the time of a million comparisons", () => {
  const lines = Array.from({ length: 2_000 }, (_, n) =>
    n < 300 ? `  worker-${n}: {run: pwd, depends_on: [wroker-${n}]}` : `  worker-${n}: pwd`,
  );
  const all = diagnostics(`sandbox: x\nprocesses:\n${lines.join("\n")}\n`);
  assert.is(all.length, 300);
  assert.is(all[0]?.label, 'did you mean "worker-0"?');
  assert.is(all.at(-1)?.label, "");
});

test.run();
