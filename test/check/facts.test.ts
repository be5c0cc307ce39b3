/** What the manual pages say of namespaces, ids, limits and programs, as findings: which text is marked. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";

const test = suite("facts");

const diagnosticsOf = (text: string) =>
  checkSpec({ file: "spec.yaml", text }).diagnostics.map(
    ({ code, span }) => `${code} ${text.slice(span.start, span.end)}`,
  );

const user = (map: string, rest = "") =>
  `sandbox: x\nnamespaces: {user: new}\nuser: {map: ${map}}\nprocesses: {a: ${rest || "pwd"}}\n`;

const FACTS: readonly [fact: string, text: string, expected: readonly string[]][] = [
  [
    "what has no PID namespace numbers nothing, in expectations too",
    "sandbox: x\nsandboxes: {flat: {namespaces: {pid: inherit}, processes: {a: {run: pwd, pids: {flat: 9}, expect: {pids: {flat: 9, y: 8}}}}}}\n",
    ["SBX2206 flat", "SBX2206 flat", "SBX2205 y"],
  ],
  ["an empty map maps no id", user("[]"), ["SBX2405 []"]],
  [
    "the default id must be mapped",
    user("[{inside: 5, outside: 0}]"),
    ["SBX2405 [{inside: 5, outside: 0}]"],
  ],
  [
    "the id that a process does not name is the sandbox's",
    user("[{inside: 5, outside: 0}]", "{run: pwd, user: {uid: 5}}").replace(
      "user: {map",
      "user: {uid: 5, gid: 5, map",
    ),
    [],
  ],
  [
    "an id outside exists in the namespace above",
    user("[{inside: 0, outside: 1000}, {inside: 5, outside: 1001}]").replace(
      "processes: {a: pwd}",
      "sandboxes: {i: {namespaces: {user: new}, user: {map: [{inside: 0, outside: 5}, {inside: 1, outside: 1000}]}, processes: {a: pwd}}}",
    ),
    ["SBX2408 1000"],
  ],
  [
    "a time-out that sandboxes share is longer than one of theirs",
    "sandbox: x\nsandboxes: {a: {timeout: 9s, processes: &p {s: {run: pwd, replicas: 2, timeout: 8s}}}, b: {timeout: 5s, processes: *p}}\n",
    ["SBX2601 8s"],
  ],
  [
    "a process with a field or a template that there is not may have meant its command by it",
    "sandbox: x\nprocesses: {a: {cmd: pwd}, b: {use: tt}, c: {}}\n",
    ["SBX2001 cmd", "SBX2119 tt", "SBX2005 c"],
  ],
  [
    "a template is not called unused while the name of one is wrong",
    "sandbox: x\ntemplates: {base: {run: pwd}}\nprocesses: {a: {use: bass}}\n",
    ["SBX2119 bass"],
  ],
  [
    "templates of a file that cannot be read are not missed one by one",
    "sandbox: x\ninclude: [none.yaml]\nprocesses: {a: {use: t}, b: {use: t, cwd: /}}\n",
    ["SBX2116 none.yaml"],
  ],
  [
    "a host name has 64 bytes, not characters",
    `sandbox: x\nhostname: ${"é".repeat(33)}\nprocesses: {a: pwd}\n`,
    [`SBX2305 ${"é".repeat(33)}`],
  ],
  [
    "a sandbox, too, is stopped with the one around it",
    "sandbox: x\ntimeout: 5s\nsandboxes: {i: {timeout: 10s, processes: {a: pwd}}}\n",
    ["SBX2601 10s"],
  ],
  [
    "a quarter of the stack holds the arguments",
    `sandbox: x\nprocesses: {a: {run: [echo${`, ${"x".repeat(90_000)}`.repeat(3)}], limits: {stack: 1M}}}\n`,
    ["SBX2318 a"],
  ],
  [
    "but never less than 128 KiB",
    `sandbox: x\nprocesses: {a: {run: [echo, ${"x".repeat(100_000)}], limits: {stack: 64K}}}\n`,
    [],
  ],
  [
    "what has no copy is there to be named, and not waited for",
    "sandbox: x\nprocesses: {a: {run: pwd, replicas: 0}, b: {run: pwd, depends_on: [a]}}\n",
    ["SBX2609 0"],
  ],
  [
    "a name that has been refused is there all the same",
    "sandbox: x\nprocesses: {日本: pwd, b: {run: pwd, depends_on: [日本]}}\n",
    ["SBX2008 日本"],
  ],
  [
    "an empty list of a matrix is one mistake",
    'sandbox: x\nmatrix: {n: []}\nparams: {n: {type: integer}}\nprocesses: {a: "echo ${n}"}\n',
    ["SBX2124 []"],
  ],
  [
    "a limit that cannot be kept exactly is none, and never unlimited",
    "sandbox: x\nprocesses: {a: {run: pwd, limits: {nofile: 1e30, as: 18446744073709551614}}}\n",
    ["SBX2303 1e30", "SBX2303 18446744073709551614"],
  ],
  [
    "a pin that is too large is not dropped",
    "sandbox: x\nprocesses: {a: {run: pwd, pid: 1e30}, b: {run: pwd, pids: {x: 9007199254740993}}}\n",
    ["SBX2203 1e30", "SBX2203 9007199254740993"],
  ],
  [
    "copies cannot all have one PID",
    "sandbox: x\nprocesses: {a: {run: pwd, replicas: 2, expect: {pid: 7}}}\n",
    ["SBX2501 7"],
  ],
  [
    "one process may be waited for by name, and one copy of it longer",
    "sandbox: x\nprocesses: {a: {run: pwd, replicas: 2}, b: {run: pwd, depends_on: {a: started, a.2: exited}}}\n",
    [],
  ],
  [
    "a control character does not stand as it is",
    'sandbox: x\ndescription: "a\u001b[31m"\nprocesses: {a: pwd}\n',
    ["SBX1008 \u001b"],
  ],
  ["bytes are no spec", "\u007fELF\u0002\0\0\0", ["SBX1008 \0"]],
  ["a path is not empty", "sandbox: x\nprocesses: {a: {run: pwd, cwd: ''}}\n", ["SBX2305 ''"]],
  [
    "a built-in command is no program, also in a list",
    "sandbox: x\nprocesses: {a: {run: [cd, /tmp]}, b: [expr, 1, '|', 2]}\n"
      .replace("1,", "'1',")
      .replace(", 2]", ", '2']"),
    ["SBX2611 cd"],
  ],
];

for (const [fact, text, expected] of FACTS) {
  test(fact, () => {
    assert.equal(diagnosticsOf(text), expected);
  });
}

test("an expression in a block, a folded text or behind escapes has its own place", () => {
  const text = `sandbox: x
processes:
  a:
    shell: | # \${comment}
      echo \${one}

      echo $\${fine} \${one}
  b:
    run: >
      echo
      \${two}
  c: "echo \\t\\"q\\" \${three}"
`;
  const offsets = checkSpec({ file: "spec.yaml", text }).diagnostics.map(({ span }) => span.start);
  const wanted = ["${one}\n\n", "${one}\n  b", "${two}", "${three}"].map((part) =>
    text.indexOf(part),
  );
  assert.equal(offsets, wanted);
});

test.run();
