/** Lines of many processes on one terminal: long ones, unfinished ones, and those of others between. */

import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  commandFor,
  environmentFor,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { Terminal } from "../terminal.ts";

const test = suite("screen lines");
const user = users[0] as User;
sandbox(user, "version"); // makes the user's directories

/** A terminal on which `up` runs that spec. */
function terminal(name: string, processes: string, columns = 80): Terminal {
  const spec = writeSpec(name, `sandbox: x\nprocesses:\n${processes}`);
  return new Terminal(commandFor(user, ["up", spec]), environmentFor(user), columns, 24);
}

test("at a terminal a long line is continued behind a mark", async () => {
  const screen = terminal("screen-long", `  l: {run: [python3, -c, "print(300000 * 'A')"]}\n`);
  assert.is(await screen.ended(), 0);
  const plain = Bun.stripANSI(screen.output);
  assert.is(plain.match(/^l +\| A/gm)?.length, 1);
  assert.ok((plain.match(/^l +\|\+ A/gm)?.length ?? 0) >= 1);
  const lines = plain.split("\n").filter((line) => /^l +\|/.test(line));
  assert.is(lines.join("").match(/A/g)?.length, 300_000);
});

test("a prompt is shown though its line has no end, and what follows goes on behind it", async () => {
  const screen = terminal(
    "prompt",
    "  p: {shell: \"printf 'Setting up... '; sleep 1.5; echo done.\"}\n",
  );
  const begun = performance.now();
  assert.ok(await screen.heard("Setting up... "));
  assert.ok(performance.now() - begun < 1_400);
  assert.not.match(screen.output, /done\.\r/);
  assert.is(await screen.ended(), 0);
  assert.match(Bun.stripANSI(screen.output), /^p +\| Setting up\.\.\. done\.\r$/m);
});

test("another's line leaves an unfinished one, whose rest is marked", async () => {
  const screen = terminal(
    "between",
    `  p: {shell: "printf 'one '; sleep 1.2; printf 'two '; sleep 0.8; echo three"}
  q: {shell: "sleep 0.7; echo between"}
`,
  );
  assert.is(await screen.ended(), 0);
  assert.match(
    Bun.stripANSI(screen.output),
    /^p +\| one \r\nq +\| between\r\np +\|\+ two three\r$/m,
  );
});

test("a progress bar is drawn over itself, and its last state is left", async () => {
  const screen = terminal(
    "bar",
    `  b: {shell: "for i in 10 40 70 100; do printf '\\\\r%s%%' $i; sleep 0.5; done; echo"}\n`,
  );
  assert.is(await screen.ended(), 0);
  const states = screen.output.split("\r\u001b[K").map((part) => Bun.stripANSI(part).trim());
  assert.ok(states.length >= 3, screen.output);
  assert.match(Bun.stripANSI(screen.output), /^(.*\r)?b +\| 100%\r$/m);
  assert.not.match(screen.output, /\\x0d/);
});

test("colours pass to a terminal and are reset at the end of the line; NO_COLOR has none", async () => {
  const processes = "  a: {shell: 'grep --color=always root /etc/passwd | head -1'}\n";
  const screen = terminal("colours", processes);
  assert.is(await screen.ended(), 0);
  assert.match(screen.output, /\u001b\[01;31mroot\u001b\[m.*\u001b\[0m\r\n/);
  assert.not.match(screen.output, /\\x1b/);
  const piped = sandbox(user, "up", join(scratch, "colours.yaml")).out;
  assert.match(piped, "a    | \u001b[01;31m\u001b[Kroot\u001b[m\u001b[K");
});

test.run();
