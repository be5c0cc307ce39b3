/** The completion scripts, asked as the shells ask them; and that every command's help teaches. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, sandbox, type User, users } from "../sandbox.ts";

const test = suite("completion");
const user = users[0] as User;

/** What bash offers for the last of `words`. */
function offered(script: string, ...words: string[]): string[] {
  const ask = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _sandbox; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, exitCode, stderr } = Bun.spawnSync(
    ["bash", "--norc", "-c", ask, "bash", "sandbox", ...words],
    { cwd: root },
  );
  assert.is(exitCode, 0, stderr.toString());
  return stdout.toString().trim().split("\n");
}

test("bash completes commands, options, values and specs, each in its place", () => {
  const script = sandbox(user, "completion", "bash").out;
  assert.equal(offered(script, "re"), ["report"]);
  assert.equal(offered(script, "report", "--fo"), ["--format"]);
  assert.equal(offered(script, "up", "--report", "t"), ["table", "tree", "timeline"]);
  assert.equal(offered(script, "check", "--format", "s"), ["sarif"], "no file begins so");
  assert.equal(offered(script, "up", "sandboxes/he"), ["sandboxes/hello.yaml"]);
  assert.equal(offered(script, "plan", "-o", "sandboxes/he"), ["sandboxes/hello.yaml"]);
  assert.equal(offered(script, "help", "pl"), ["plan"]);
  assert.equal(offered(script, "ls", ""), [""], "it takes no argument");
});

for (const [shell, check] of [
  ["zsh", ["zsh", "-n"]],
  ["fish", ["fish", "--no-execute"]],
] as const) {
  const name = `the script for ${shell} is one to ${shell}`;
  if (Bun.which(shell) === null) {
    console.log(`SKIP this machine has no ${shell}`);
    test.skip(name, () => {});
    continue;
  }
  test(name, () => {
    const script = Buffer.from(sandbox(user, "completion", shell).out);
    const { exitCode, stderr } = Bun.spawnSync([...check, "/dev/stdin"], { stdin: script });
    assert.is(exitCode, 0, stderr.toString());
  });
}

test("every command's help has examples, whose options it has, in 80 columns", () => {
  const all = sandbox(user, "--help").out;
  const names = [...all.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)].map(([, name]) => name ?? "");
  const commands = names.filter((name) => name !== "sandbox");
  assert.ok(commands.length > 15, commands.join(" "));
  for (const name of commands) {
    const help = sandbox(user, name, "--help").out;
    for (const line of help.split("\n")) assert.ok(line.length <= 80, `${name}: ${line}`);
    if (["help", "version", "lsp"].includes(name)) continue;
    const [, examples = ""] = help.split("\nExamples:\n");
    const own = examples.split("\n").filter((line) => line.startsWith(`  sandbox ${name}`));
    assert.ok(own.length > 0, name);
    const used = own.flatMap((line) => line.split(" | ")[0]?.match(/ --?[a-z][a-z-]*/g) ?? []);
    for (const option of used) assert.match(help.split("\nExamples:")[0] ?? "", `${option.trim()}`);
  }
});

test.run();
