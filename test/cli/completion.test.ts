/** The completion scripts, asked as the shells ask them; and that every command's help teaches. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  commandFor,
  environmentFor,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { Terminal } from "../terminal.ts";
import { whileRunning } from "../while-running.ts";

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

test("bash completes values behind =, codes, files with blanks, and offers no file for a text", () => {
  const script = sandbox(user, "completion", "bash").out;
  assert.equal(offered(script, "up", "--report", "=", "ti"), ["timeline"]);
  assert.equal(offered(script, "up", "--report", "="), offered(script, "up", "--report", ""));
  assert.equal(offered(script, "explain", "SBX2103"), ["SBX2103"]);
  assert.equal(offered(script, "up", "--for", "1"), ["10s", "1m"]);
  assert.equal(offered(script, "up", "--name", ""), [""]);
  assert.equal(offered(script, "check", "--he"), ["--help"]);
  assert.equal(offered(script, "hel"), ["help"]);
  const dir = join(scratch, "blanks");
  fs.mkdirSync(dir);
  fs.writeFileSync(join(dir, "my spec.yaml"), "");
  assert.equal(offered(script, "up", `${dir}/my`), [`${dir}/my spec.yaml`]);
});

test("parameters and paths are those of the spec that is written already", () => {
  const params = ["sandboxes/params.yaml", "-p", ""];
  assert.equal(sandbox(user, "completion", "params", params[0] ?? "").out, "workers=\ndepth=\n");
  const script = `PATH=${installed()["PATH"]}\n${sandbox(user, "completion", "bash").out}`;
  assert.equal(offered(script, "up", ...params), ["workers=", "depth="]);
  assert.equal(offered(script, "plan", "sandboxes/params.yaml", "--param", "wo"), ["workers="]);
  const hello = ["up", "sandboxes/russian-doll.yaml", "--exit-code-from", "outer/inner/w"];
  assert.equal(offered(script, ...hello), ["outer/inner/worker.1", "outer/inner/worker.2"]);
  assert.equal(offered(script, "up", "no-such.yaml", "-p", ""), [""]);
});

/** A test of a shell that not every machine has. */
function testOf(shell: string, name: string, body: () => Promise<void>): void {
  if (Bun.which(shell) !== null) return void test(name, body);
  console.log(`SKIP this machine has no ${shell}`);
  test.skip(name, () => {});
}

/** As if it were installed: an environment with the command under its name. */
function installed(): Record<string, string> {
  const bin = join(scratch, "bin");
  const script = `#!/bin/sh\nexec ${commandFor(user, []).join(" ")} "$@"\n`;
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(join(bin, "sandbox"), script, { mode: 0o755 });
  const env = environmentFor(user);
  return { ...env, PATH: `${bin}:${env["PATH"]}` };
}

const RUN = writeSpec("completed", "sandbox: a-run\nprocesses: {a: sleep 60}\n");

testOf("fish", "fish completes commands, values and the names of runs", async () => {
  const ask = (line: string) => {
    const script = `sandbox completion fish | source; complete -C '${line}'`;
    const { stdout } = Bun.spawnSync(["fish", "--no-config", "-c", script], {
      env: installed(),
      cwd: root,
    });
    const lines = stdout.toString().trim().split("\n");
    return lines.map((each) => each.split("\t")[0] ?? "");
  };
  await whileRunning(user, RUN, (_, cli) => {
    assert.equal(ask("sandbox chec"), ["check"]);
    assert.equal(ask("sandbox up --report t").toSorted(), ["table", "timeline", "tree"]);
    assert.equal(ask("sandbox ps "), ["a-run"], "no file is one");
    assert.equal(ask("sandbox capture a-run/").toSorted(), ["a-run/a", "a-run/init"]);
    assert.equal(ask("sandbox explain SBX2103"), ["SBX2103"]);
    assert.equal(ask("sandbox plan sandboxes/params.yaml -p d"), ["depth="]);
    assert.ok(ask("sandbox check sandboxes/he").includes("sandboxes/hello.yaml"));
    process.kill(cli, "SIGTERM");
  });
});

testOf("zsh", "zsh completes commands, values and the names of runs", async () => {
  await whileRunning(user, RUN, async (_, cli) => {
    const terminal = new Terminal(["zsh", "-f"], { ...installed(), PS1: "ready>" }, 80, 24);
    const shown = [];
    await terminal.type("autoload -U compinit; compinit -u -D\n");
    await terminal.type("source <(sandbox completion zsh); echo loa''ded\n");
    shown.push(await terminal.heard("loaded\r\n"));
    for (const [typed, printed] of [
      ["sandbox chec", "specs checked"],
      ["sandbox ps a-", "sleep 60"],
      ["sandbox pid a-run/i", "sandbox    a-run/init"],
      ["sandbox plan sandboxes/hel", "plan hello"],
      ["sandbox ls --js", '{"runs"'],
      ["sandbox plan --json sandboxes/params.yaml -p wor\t9", "copy 9 of 9"],
    ] as const) {
      await terminal.type(`${typed}\t; echo e''nd of ${shown.length}\n`);
      const isRun = await terminal.heard(printed);
      shown.push(isRun && (await terminal.heard(`\nend of ${shown.length}\r\n`)));
    }
    await terminal.type("exit\n");
    await terminal.ended();
    process.kill(cli, "SIGTERM");
    assert.equal(shown, Array(7).fill(true), terminal.output);
  });
});

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
