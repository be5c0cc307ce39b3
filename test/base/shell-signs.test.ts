/** What only a shell would act on, and what looks like it and is none. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { shellSignsIn } from "../../src/base/shell-signs.ts";

const test = suite("shell signs");

const SIGNS: readonly [command: string, sign: string][] = [
  ["sleep 5 | cat", "|"],
  ["FOO=1 sleep 5", "FOO=1"],
  ["cd /tmp", "cd"],
  ["make && make install", "&&"],
  ["echo $HOME", "$HOME"],
  ["sleep 5 &", "&"],
  ["ls > out", ">"],
  ["ls >out", ">out"],
  ["ls 2>&1", "2>&1"],
  ["echo a; echo b", "a;"],
  ["ls ~/x", "~/x"],
  ["exec sleep 5", "exec"],
  ["A='b c' cmd", "A='b c'"],
  ['A="b" cmd', 'A="b"'],
];

for (const [command, sign] of SIGNS) {
  test(`${command}: ${sign}`, () => {
    const [match] = shellSignsIn(command);
    assert.is(match?.sign, sign);
    assert.is(command.slice(match?.start, match?.end), sign);
  });
}

const NONE: readonly string[] = [
  "sleep 60",
  "sh -c 'echo $HOME | cat'",
  'sh -c "a && b"',
  "curl http://a/?b=1&c=2;d",
  "awk '{print $1}' f",
  "printf $1 5$",
  "env FOO=1 ls",
  "find . -exec rm {} \\;",
  "expr 1 '|' 2",
  "test a '<' b",
  "echo a->b x=>y <a>",
  "grep -c ^a file~",
];

for (const command of NONE) {
  test(`${command}: none`, () => {
    assert.equal(shellSignsIn(command), []);
  });
}

test("of several signs the first four are named, in their order", () => {
  const signs = (command: string) => shellSignsIn(command).map(({ sign }) => sign);
  assert.equal(signs("A=b ls '|' $HOME | wc > out"), ["A=b", "$HOME", "|", ">"]);
  assert.equal(signs("a | b | c | d | e | f"), ["|", "|", "|", "|"]);
});

test.run();
