/** What reaches a terminal, and what a pipe: colours, signs, widths, and what workloads print. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, type User, users, writeSpec } from "../sandbox.ts";
import { Terminal } from "../terminal.ts";

const test = suite("terminal");
const user = users[0] as User;

const HOSTILE = "\\033[31mred\\033[0m\\033]0;title\\007\\033[2J\\tx \\342\\200\\256 \\001\\r\\n";
const spec = writeSpec(
  "terminal",
  `sandbox: terminal
processes:
  hostile: {run: [printf, '${HOSTILE}']}
  partial: {run: [printf, no newline]}
`,
);

/** Everything that a terminal got until the command ended. */
async function shown(env: Record<string, string>, ...args: string[]): Promise<string> {
  const terminal = new Terminal(
    commandFor(user, args),
    { ...environmentFor(user), ...env },
    80,
    24,
  );
  assert.is(await terminal.ended(), 0);
  return terminal.output;
}

const linesOf = (output: string, name: string) =>
  output.split("\n").filter((line) => Bun.stripANSI(line).startsWith(`${name} |`));

test("what a workload prints cannot act on a terminal, and goes through a pipe as it is", async () => {
  const output = await shown({}, "up", spec);
  const [first = ""] = linesOf(output, "hostile");
  assert.is(
    first,
    "\u001b[38;5;30mhostile |\u001b[0m \u001b[31mred\u001b[0m\\x1b]0;title\\x07\\x1b[2J\tx \\u202e \\x01\u001b[0m\r".replace(
      "\u001b[38;5;30m",
      /^\u001b\[38;5;\d+m/.exec(first)?.[0] ?? "no colour",
    ),
  );
  assert.match(linesOf(output, "partial")[0] ?? "", /no newline\r$/);
  const piped = sandbox(user, "up", spec).out;
  assert.match(
    piped,
    "hostile | \u001b[31mred\u001b[0m\u001b]0;title\u0007\u001b[2J\tx \u202e \u0001\r\n",
  );
});

test("NO_COLOR and a dumb terminal get no escape sequence, and top says what it needs", async () => {
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    assert.not.match(await shown(env, "up", spec), /\u001b/);
  }
  const terminal = new Terminal(
    commandFor(user, ["top"]),
    { ...environmentFor(user), TERM: "dumb" },
    80,
    24,
  );
  assert.is(await terminal.ended(), 64);
  assert.match(terminal.output, /needs a terminal with a cursor/);
});

test("--color decides, then NO_COLOR, then what forces colours", async () => {
  const piped = (env: Record<string, string>, ...args: string[]) => {
    const { stdout } = Bun.spawnSync(commandFor(user, args), {
      env: { ...environmentFor(user), ...env },
    });
    return /\u001b\[38;5;\d+m(running|hostile)/.test(stdout.toString());
  };
  assert.not(piped({}, "up", spec));
  assert.ok(piped({}, "up", "--color", "always", spec), "for a pager");
  assert.ok(piped({ NO_COLOR: "1" }, "--color", "always", "up", spec), "before the command");
  for (const name of ["CLICOLOR_FORCE", "FORCE_COLOR"]) {
    assert.ok(piped({ [name]: "1" }, "up", spec), name);
    assert.not(piped({ [name]: "0" }, "up", spec), name);
    assert.not(piped({ [name]: "1", NO_COLOR: "1" }, "up", spec), name);
    assert.not(piped({ [name]: "1" }, "up", "--color", "never", spec), name);
  }
  assert.not.match(await shown({}, "up", "--color", "never", spec), /\u001b/);
  assert.match(await shown({ NO_COLOR: "1" }, "up", "--color", "always", spec), /\u001b\[38;5;/);
});

test("a terminal without UTF-8 gets ASCII of the same width, and a pipe all of it", async () => {
  const nested = writeSpec(
    "terminal-nested",
    "sandbox: n\nsandboxes: {inner: {processes: {a: 'true'}}}\n",
  );
  const output = await shown({ LC_ALL: "C" }, "plan", nested);
  assert.not.match(output, /[^\u0000-\u007f]/);
  assert.match(output, /^init +1 +\.\r$/m);
  assert.match(await shown({ LC_ALL: "C.UTF-8" }, "plan", nested), /^init +1 +·\r$/m);
  const env = { ...environmentFor(user), LC_ALL: "C" };
  const { stdout } = Bun.spawnSync(commandFor(user, ["plan", nested]), { env });
  assert.match(stdout.toString(), /^init +1 +·$/m);
});

test("Ctrl-C says what it does and what a second one does, also without colour", async () => {
  const stubborn = writeSpec(
    "terminal-stubborn",
    "sandbox: s\nstop: {grace: 1h}\nprocesses: {a: {shell: \"trap '' TERM; sleep 60 & wait; wait\"}}\n",
  );
  const env = { ...environmentFor(user), NO_COLOR: "1" };
  const terminal = new Terminal(commandFor(user, ["up", stubborn]), env, 80, 24);
  assert.ok(await terminal.heard("running  /bin/sh"));
  terminal.signal("SIGINT");
  assert.ok(await terminal.heard("\nstopping (Ctrl-C again kills)"));
  terminal.signal("SIGINT");
  assert.ok(await terminal.heard("\nkilling"));
  assert.is(await terminal.ended(), 130);
  assert.match(terminal.output, /^a .* killed KILL /m);
});

test("top gives the terminal back where it is ended by a signal", async () => {
  const long = writeSpec("terminal-top", "sandbox: t\nprocesses: {a: sleep 60}\n");
  const up = new Terminal(
    commandFor(user, ["up", "--name", "t", long]),
    environmentFor(user),
    80,
    24,
  );
  assert.ok(await up.heard("running\u001b[0m  sleep"));
  const top = new Terminal(commandFor(user, ["top", "t"]), environmentFor(user), 80, 24);
  await top.until((lines) => lines.length === 24);
  top.signal("SIGTERM");
  await top.ended();
  assert.match(top.output, /\u001b\[\?25h\u001b\[\?1049l$/);
  up.signal("SIGINT");
  assert.is(await up.ended(), 130);
});

test("a pipe is as wide as COLUMNS says, and has no end where it says nothing", () => {
  const long = writeSpec(
    "terminal-long",
    `sandbox: l\nprocesses: {a: {run: [${"x, ".repeat(90)}x]}}\n`,
  );
  const widest = (columns: string) => {
    const env = { ...environmentFor(user), COLUMNS: columns };
    const { stdout } = Bun.spawnSync(commandFor(user, ["plan", long]), { env });
    return Math.max(
      ...stdout
        .toString()
        .split("\n")
        .slice(3)
        .map((line) => line.length),
    );
  };
  assert.ok(widest("40") <= 40);
  assert.ok(widest("0") > 180);
  assert.ok(widest("many") > 180);
});

test.run();
