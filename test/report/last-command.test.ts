/** The last report of a run, for people: what ran is shown as what it had become. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reportsOf, sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("last command");

const SPEC = `sandbox: last
processes:
  shell: {shell: "exec sleep 0.8"}
  parent: {shell: "sleep 0.71 & sleep 0.72 & wait"}
  done: {shell: "exit 0"}
sandboxes: {in: {processes: {deep: {shell: "sleep 0.7 & wait"}}}}
`;

const tables = (out: string) =>
  out
    .split("\n\n")
    .map((part) => part.split("\n").filter((line) => !line.includes(" | ")))
    .slice(-2);
const rowOf = (lines: readonly string[] | undefined, pattern: RegExp) =>
  (lines ?? []).filter((line) => pattern.test(line));

for (const user of users) {
  test(`${user.name}: the two tables have the same processes, with the same commands`, () => {
    const spec = writeSpec("last", SPEC);
    const ran = sandbox(user, "up", spec);
    assert.is(ran.code, 0, ran.err);
    const [first, last] = tables(ran.out);
    const forks = (lines: readonly string[] | undefined) =>
      rowOf(lines, /\+\d+ /).map((line) => line.split(/ +/)[0]);
    assert.equal(forks(last), forks(first));
    for (const line of rowOf(last, /\+\d+ /)) assert.match(line, / ended /);
    const commandOf = (lines: readonly string[] | undefined, name: string) =>
      rowOf(lines, new RegExp(`^${name} `))[0]?.replace(/.* {2}(\S.*)$/, "$1");
    for (const name of ["shell", "parent"]) {
      assert.is(commandOf(last, name), commandOf(first, name));
    }
  });

  test(`${user.name}: a record has what the plan says, as chance has no part in it`, () => {
    const [, ended] = reportsOf(sandbox(user, "up", "--json", writeSpec("last", SPEC)));
    assert.equal(ended?.processes.find(({ path }) => path === "shell")?.argv[0], "/bin/sh");
    assert.ok(ended?.processes.every(({ kind }) => kind !== "forked"));
  });
}

test.run();
