/** `sandbox fmt`: one layout, the same meaning, and every comment still there. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import type { CodePage } from "../../src/diag/code-page.ts";
import { codes } from "../../src/diag/codes.ts";
import { formatSpec } from "../../src/spec/format.ts";
import { generator } from "../random.ts";

/** Null where it is left as it is. */
function formattedText(text: string): string | null {
  const made = formatSpec(text);
  return made.ok ? made.text : null;
}

const test = suite("format");
const root = join(import.meta.dir, "../..");

const ugly = `# yaml-language-server: $schema=../schema.json
# head

processes:
    # about web
    web: { shell: 'echo hi; true' , env: {B: "yes", A: 'no', N: "12"}, pid: 7 } # trailing

    db:
        timeout: 5s
        # why
        run:   'sleep 60'
        umask: 022
sandboxes:
  z: {processes: {p: {expect: {exit: 0, pid: 3}, stdout: {file: /tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}, run: sleep 60}}}
  text:
    processes:
      p: {run: cat}
      q:
        stdin:
          text: |
            kept
              as it is
        run: [cat, "#", "a: b", "1.10", 'it''s']
# foot
sandbox:   'demo'
`;

const nice = `# yaml-language-server: $schema=../schema.json
# head

# foot
sandbox: demo
processes:
  # about web
  web: {shell: "echo hi; true", pid: 7, env: {B: "yes", A: "no", N: "12"}} # trailing

  db:
    # why
    run: sleep 60
    umask: 022
    timeout: 5s
sandboxes:
  z:
    processes:
      p:
        run: sleep 60
        stdout: {file: /tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
        expect: {pid: 3, exit: 0}
  text:
    processes:
      p: {run: cat}
      q:
        run: [cat, "#", "a: b", "1.10", "it's"]
        stdin:
          text: |
            kept
              as it is
`;

test("keys, quotes, indentation and long lines are put right, comments stay with theirs", () => {
  assert.is(formattedText(ugly), nice);
});

const texts: [string, string][] = [
  ["ugly", ugly],
  ...[...new Bun.Glob("sandboxes/*.yaml").scanSync(root)].map((file): [string, string] => [
    file,
    fs.readFileSync(join(root, file), "utf8"),
  ]),
  ...Object.entries<CodePage>(codes).flatMap(([code, { wrong, right }]): [string, string][] => [
    [`${code} wrong`, wrong],
    [`${code} right`, right],
  ]),
];

test("formatting twice changes nothing more, and never the meaning or a comment", () => {
  let formatted = 0;
  for (const [name, text] of texts) {
    const once = formattedText(text);
    if (once === null) continue;
    formatted++;
    assert.is(formattedText(once), once, name);
    assert.equal(YAML.parse(once, { merge: true }), YAML.parse(text, { merge: true }), name);
    const comments = (each: string) => (each.match(/(?<=^|\s)#.*$/gm) ?? []).toSorted();
    assert.equal(comments(once), comments(text), name);
  }
  assert.ok(formatted > 100, `only ${formatted} texts could be read`);
});

test("the specs that come with the program are formatted", () => {
  for (const [name, text] of texts.filter(([file]) => file.startsWith("sandboxes/"))) {
    assert.is(formattedText(text), text, name);
  }
});

test("an anchor stays before its aliases, whatever the order of keys would be", () => {
  const text = "sandbox: x\nprocesses:\n  a: &a {run: sleep 1}\nx-copy: *a\n";
  const made = formattedText(text) ?? "";
  assert.equal(YAML.parse(made), YAML.parse(text));
  assert.ok(made.indexOf("&a") < made.indexOf("*a"));
  const merged = "sandbox: x\nprocesses: {b: {<<: *base, run: pwd}}\nx-base: &base {umask: 077}\n";
  assert.is(
    formattedText(merged),
    null,
    "an alias before its anchor is a mistake, not a matter of layout",
  );
});

test("what cannot be seen stays an escape", () => {
  const text = 'sandbox: x\ndescription: "a\\u202eb\\u00a0\\e[1m\\u0085"\n';
  assert.is(formattedText(text), text);
});

test("a comment stays with what it speaks of, by its column", () => {
  for (const text of [
    "sandbox: a\nprocesses:\n  web: sleep 1\n  # cache: sleep 2\n\n# ---- env of all ----\nenv: {A: b}\n",
    "sandbox: a\nprocesses:\n  web:\n    run: sleep 1\n    env:\n      A: x\n      # last of env\n    # last of web\n\n  # between\n\n  db: sleep 1\n",
    "sandbox: a\nprocesses:\n  web:\n    run:\n      - a\n      - b\n      # last of run\n    # about env\n    env: {A: b}\n  # last of processes\n\n# foot\n",
  ]) {
    const made = formattedText(text) ?? "";
    const columns = (each: string) =>
      Object.fromEntries(
        each
          .split("\n")
          .flatMap((line) => (/^ *#/.test(line) ? [[line.trim(), line.search("#")]] : [])),
      );
    assert.equal(columns(made), columns(text), made);
  }
  // The comment goes with its key where that is moved.
  assert.is(
    formattedText("processes:\n  w: x\n# the name\nsandbox: a\n"),
    "# the name\nsandbox: a\nprocesses:\n  w: x\n",
  );
});

/** Specs with comments wherever one may stand. */
function commented(below: (end: number) => number): string {
  let count = 0;
  const comment = (indent: number) =>
    below(3) === 0
      ? `${"\n".repeat(below(2))}${" ".repeat(indent)}# c${count++}\n${"\n".repeat(below(2))}`
      : "";
  const trailing = () => (below(5) === 0 ? ` # t${count++}` : "");
  const process = (indent: number, name: string) => {
    const pad = " ".repeat(indent);
    if (below(2) === 0) return `${pad}${name}: sleep 1${trailing()}\n`;
    const fields = [
      `${pad}  run: [a, b]${trailing()}\n`,
      `${pad}  env:${trailing()}\n${comment(indent + 4)}${pad}    A: x\n${comment(indent + 4)}`,
      `${pad}  stop: {grace: 1s}\n`,
      `${pad}  depends_on:\n${pad}    - q${trailing()}\n${comment(indent + 4)}`,
    ].filter(() => below(2) === 0);
    const body = fields.map((field) => field + comment(indent + 2)).join("");
    return `${pad}${name}:\n${comment(indent + 2)}${body === "" ? `${pad}  shell: x\n` : body}`;
  };
  const processes = (indent: number) =>
    `${" ".repeat(indent)}processes:\n${["p", "q"].map((name) => comment(indent + 2) + process(indent + 2, name)).join("")}${comment(indent + 2)}`;
  const parts = [
    "sandbox: demo\n",
    "description: d\n",
    processes(0),
    `sandboxes:\n  inner:\n${processes(4)}${comment(4)}`,
    "env: {A: b}\n",
  ];
  const shuffled = parts.toSorted(() => below(3) - 1);
  return shuffled.map((part) => comment(0) + part).join("") + comment(0);
}

test("a thousand specs with comments everywhere: the same after a second time, all comments there", () => {
  const random = generator(20_261_126);
  const below = (end: number) => Math.floor(random() * end);
  let kept = 0;
  for (let round = 0; round < 1_000; round++) {
    const text = commented(below);
    const once = formattedText(text);
    if (once === null) {
      kept++;
      continue;
    }
    assert.is(formattedText(once), once, text);
    const comments = (each: string) => (each.match(/# [ct]\d+/g) ?? []).toSorted();
    assert.equal(comments(once), comments(text), text);
  }
  assert.ok(kept < 10, `${kept} were left as they are`);
});

test("a quoted merge key, which is none, does not keep a file from its layout", () => {
  const text = "sandbox:  x\nx-a:  &a {A: b}\nprocesses: {p: {run: pwd, env: {'<<': c}}}\n";
  assert.ok(formattedText(text)?.includes('"<<": c'), formattedText(text) ?? "left as it is");
});

test("text that an older YAML would read as a number or a date keeps its quotes", () => {
  const text =
    'sandbox: x\nenv: {A: "1_000", B: "0b11", C: "2024-01-01", D: "0x", E: "12:30:45"}\n';
  assert.is(formattedText(text), text);
});

test("a byte order mark and CRLF stay", () => {
  const made = formattedText("\ufeffprocesses:   {p: x}\r\nsandbox: x\r\n");
  assert.is(made, "\ufeffsandbox: x\r\nprocesses: {p: x}\r\n");
});

test("what is no YAML is left to `check`", () => {
  assert.is(formattedText("a: [b"), null);
  assert.is(formattedText(""), null);
});

test.run();
