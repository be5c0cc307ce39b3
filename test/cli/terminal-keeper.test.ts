/** The terminal of a run: who reads what is typed, and how it is left. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, type User, users, writeSpec } from "../sandbox.ts";
import { Terminal } from "../terminal.ts";

const test = suite("terminal keeper");
for (const each of users) sandbox(each, "version"); // makes their directories

const READS = writeSpec(
  "reads",
  `sandbox: reads
processes:
  r: {run: [bash, -c, 'while read -r line; do echo "got <$line>"; done; echo ended'], stdin: inherit}
`,
);

/** An interactive shell with this terminal as its own, in which \`$UP\` is the command. */
async function shellOf(user: User): Promise<Terminal> {
  const inner = commandFor({ ...user, prefix: [] }, ["up"]).join(" ");
  const terminal = new Terminal(
    ["setsid", "--ctty", "--wait", ...user.prefix, "bash", "--norc", "-i"],
    { ...environmentFor(user), UP: inner, PS1: "$ ", TERM: "xterm-256color" },
    80,
    24,
  );
  assert.ok(await terminal.heard("$ "));
  return terminal;
}

/** Types it, and waits for what it brings about. */
async function typed(terminal: Terminal, keys: string, wanted: string): Promise<void> {
  await terminal.type(keys);
  assert.ok(await terminal.heard(wanted), `${JSON.stringify(keys)}: ${terminal.output}`);
}

for (const user of users) {
  test(`a stopped or background job reads nothing, and reads on in the foreground, as ${user.name}`, async () => {
    const terminal = await shellOf(user);
    await typed(terminal, `$UP ${READS}\n`, "running");
    await typed(terminal, "one\n", "got <one>");
    await typed(terminal, "\u001a", "Stopped");
    await typed(terminal, "echo shell$((1 + 1))\n", "shell2");
    await typed(terminal, "fg\n", "UP");
    await typed(terminal, "two\n", "got <two>");
    await typed(terminal, "\u001a", "Stopped");
    await typed(terminal, "bg\n", "&\r");
    await typed(terminal, "echo shell$((2 + 2))\n", "shell4");
    await typed(terminal, "fg\n", "UP");
    await Bun.sleep(200);
    await typed(terminal, "three\n", "got <three>");
    await typed(terminal, "\u0004", "ended");
    await typed(terminal, "echo code$?\n", "code0");
    await terminal.type("exit\n");
    assert.is(await terminal.ended(), 0);
    assert.not.match(terminal.output, /got <(fg|bg|echo.*)>/);
  });

  test(`a run that is started in the background leaves what is typed to the shell, as ${user.name}`, async () => {
    const terminal = await shellOf(user);
    await typed(terminal, `$UP ${READS} &\n`, "running");
    await typed(terminal, "echo shell$((3 + 3))\n", "shell6");
    await typed(terminal, "kill -TERM $!; wait $!; echo code$?\n", "code143");
    await terminal.type("exit\n");
    assert.is(await terminal.ended(), 0);
    assert.not.match(terminal.output, /got <[a-z]/);
  });

  test(`the terminal's modes are as before, however the run ends, as ${user.name}`, async () => {
    const spec = writeSpec(
      "modes",
      `sandbox: modes
processes:
  m: {run: [sh, -c, 'stty raw -echo -isig <&1; sleep 0.2; echo changed >&2; sleep 60'], stdout: inherit}
`,
    );
    const terminal = await shellOf(user);
    await typed(terminal, "stty -g > $HOME/before; echo noted$((4 + 4))\n", "noted8");
    for (const [name, code] of [
      ["KILL", 137],
      ["TERM", 143],
    ] as const) {
      await typed(terminal, `$UP ${spec} & P=$!; fg >/dev/null; echo code$?\n`, "");
      await Bun.sleep(1_500);
      const cli = fs
        .readdirSync("/proc")
        .filter((pid) => /^\d+$/.test(pid))
        .find((pid) => isUp(pid, spec));
      assert.ok(cli !== undefined, terminal.output);
      process.kill(Number(cli), `SIG${name}`);
      assert.ok(await terminal.heard(`code${code}`), terminal.output);
      await Bun.sleep(200);
      await typed(
        terminal,
        `[ "$(stty -g)" = "$(cat $HOME/before)" ] && echo same${code}$((5 + 5))\n`,
        `same${code}10`,
      );
    }
    await terminal.type("exit\n");
    assert.is(await terminal.ended(), 0);
  });
}

/** Whether that process is the command on that spec. */
function isUp(pid: string, spec: string): boolean {
  try {
    const rest = fs.readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").slice(1);
    return rest.includes("up") && rest.includes(spec);
  } catch {
    return false;
  }
}

test("what is no terminal is inherited as it is, and without a reader there is none", () => {
  const [user] = users as [User];
  const env = { ...environmentFor(user), UP: commandFor(user, ["up"]).join(" ") };
  const shell = (script: string) =>
    Bun.spawnSync(["bash", "-c", script], { env, stdin: "ignore" }).stdout.toString();
  assert.match(shell(`printf 'a\\nb' | $UP ${READS}`), /\| got <a>\n.*ended/);
  const kind = (stdin: string) =>
    `sandbox: kind\nprocesses: {k: {run: readlink /proc/self/fd/0${stdin}}}\n`;
  const inherits = writeSpec("kind", kind(", stdin: inherit"));
  assert.match(shell(`$UP ${inherits} < ${READS}`), /^k +\| .*reads\.yaml$/m);
  const quiet = writeSpec("quiet", "sandbox: q\nprocesses: {a: sleep 5}\n");
  if (process.getuid?.() !== 0) return; // an ordinary user may not look into the monitor
  const monitors = shell(
    `$UP ${quiet} < ${READS} > /dev/null & P=$!; until M=$(pgrep -P $P -x sandbox-monitor); do sleep 0.1; done; readlink /proc/$M/fd/0; kill $P; wait`,
  );
  assert.is(monitors, "/dev/null\n");
});

test.run();
