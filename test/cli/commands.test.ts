/** A command is one file: what is in `commands/` is a command, and all that is said of it is there. */

import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chosenRun } from "../../src/cli/chosen-run.ts";
import { fallbackOptions, GROUPS } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/command-list.ts";
import { sandbox, users } from "../sandbox.ts";

const test = suite("commands");
const [user] = users;
assert.ok(user);

const files = [...new Glob("*.ts").scanSync("src/cli/commands")].map((file) => file.slice(0, -3));

test("every file is in the list, under its own name, once", () => {
  assert.equal(COMMANDS.map(({ name }) => name).toSorted(), files.toSorted());
});

test("help lists every command, by its group, and so does each completion script", () => {
  const help = sandbox(user, "--help").out;
  const scripts = ["bash", "zsh", "fish"].map((shell) => sandbox(user, "completion", shell).out);
  for (const { name, group } of COMMANDS) {
    const [, listed = ""] = help.split(`\n${GROUPS[group]}\n`);
    assert.match(listed.split("\n\n")[0] ?? "", new RegExp(`^ {2}${name}( |$)`, "m"), name);
    for (const script of scripts) assert.match(script, new RegExp(`\\b${name}\\b`), name);
  }
});

for (const { name, options, examples, run } of COMMANDS) {
  test(`${name}: examples are of it, and its work is loaded when it is run`, () => {
    const isOf = ([text]: readonly [string, string]) =>
      text.split(" | ").some((part) => part.replace(/^sandbox /, "").startsWith(name));
    assert.ok(examples.length === 0 || examples.some(isOf), name);
    const flags = options.map(({ flags: each }) => each);
    assert.is(new Set(flags).size, flags.length);
    // Help and completion load every file of this kind, and must not load what commands need.
    assert.match(run.toString(), /import\(|require/);
  });
}

test("no file of a command imports a command's work but when it runs", async () => {
  const heavy: string[] = [];
  for (const file of files) {
    const text = await Bun.file(`src/cli/commands/${file}.ts`).text();
    for (const [line, target] of text.matchAll(/^import (?!type )[^\n]* from "([^"]+)"/gm)) {
      const isLight = /command\.ts|render\.ts|exit-codes\.ts|package\.json/.test(target ?? "");
      if (!isLight) heavy.push(`${file}: ${line}`);
    }
  }
  assert.equal(heavy, []);
});

test("a run that is not there is told by its name", () => {
  assert.match(String(chosenRun("no-such-run")), 'no run has the name "no-such-run"');
});

test("without an option a command has the fallbacks that its help shows", () => {
  const of = (name: string) => {
    const command = COMMANDS.find((each) => each.name === name);
    assert.ok(command);
    return fallbackOptions(command);
  };
  assert.equal(of("check"), { format: "human", param: {}, allowInclude: [] });
  assert.equal(of("up"), { format: "table", param: {}, allowInclude: [] });
  assert.match(sandbox(user, "up", "--help").out, 'default: "table"');
});

test("--json is --format json, before or after the name, and gives way to what is written", () => {
  const json = sandbox(user, "version", "--format", "json").out;
  assert.match(JSON.parse(json).version, /^\d+\./);
  assert.is(sandbox(user, "version", "--json").out, json);
  assert.is(
    sandbox(user, "version", "--json", "--format", "text").out,
    sandbox(user, "version").out,
  );
  assert.equal(JSON.parse(sandbox(user, "ls", "--format", "json").out), { runs: [] });
  const wrong = sandbox(user, "ls", "--format", "svg");
  assert.is(wrong.code, 64);
  assert.match(wrong.err, /Allowed choices are table, json/);
});

test("whatever prints more than words has --format, with JSON", () => {
  const printers = "up plan diff ls ps report pid doctor check explain version".split(" ");
  for (const { name, options } of COMMANDS) {
    const format = options.find(({ flags }) => flags === "--format <format>");
    assert.is(format?.choices?.includes("json") ?? false, printers.includes(name), name);
  }
});

test("a parameter that is no pair is wrong usage, and says how to write it", () => {
  const ran = sandbox(user, "plan", "--param", "x");
  assert.is(ran.code, 64);
  assert.match(ran.err, "Write it as name=value");
});

test.run();
