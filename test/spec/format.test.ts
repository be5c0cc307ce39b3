/** `sandbox fmt`: one layout, the same meaning, and every comment still there. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import type { CodePage } from "../../src/diag/code-page.ts";
import { codes } from "../../src/diag/codes.ts";
import { formatSpec } from "../../src/spec/format.ts";

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
  assert.is(formatSpec(ugly), nice);
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
    const once = formatSpec(text);
    if (once === null) continue;
    formatted++;
    assert.is(formatSpec(once), once, name);
    assert.equal(YAML.parse(once, { merge: true }), YAML.parse(text, { merge: true }), name);
    const comments = (each: string) => (each.match(/(?<=^|\s)#.*$/gm) ?? []).toSorted();
    assert.equal(comments(once), comments(text), name);
  }
  assert.ok(formatted > 100, `only ${formatted} texts could be read`);
});

test("the specs that come with the program are formatted", () => {
  for (const [name, text] of texts.filter(([file]) => file.startsWith("sandboxes/"))) {
    assert.is(formatSpec(text), text, name);
  }
});

test("an anchor stays before its aliases, whatever the order of keys would be", () => {
  const text = "sandbox: x\nprocesses:\n  a: &a {run: sleep 1}\nx-copy: *a\n";
  const made = formatSpec(text) ?? "";
  assert.equal(YAML.parse(made), YAML.parse(text));
  assert.ok(made.indexOf("&a") < made.indexOf("*a"));
  const merged = "sandbox: x\nprocesses: {b: {<<: *base, run: pwd}}\nx-base: &base {umask: 077}\n";
  assert.is(
    formatSpec(merged),
    null,
    "an alias before its anchor is a mistake, not a matter of layout",
  );
});

test("what cannot be seen stays an escape", () => {
  const text = 'sandbox: x\ndescription: "a\\u202eb\\u00a0\\e[1m\\u0085"\n';
  assert.is(formatSpec(text), text);
});

test("what is no YAML is left to `check`", () => {
  assert.is(formatSpec("a: [b"), null);
  assert.is(formatSpec(""), null);
});

test.run();
