/** Standard streams that are FIFOs: their other end is waited for, and a stop or a time-out does not. */

import * as fs from "node:fs";
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

const test = suite("streams");

/** A FIFO that everybody may use, in the folder of the specs. */
function fifo(name: string): string {
  const path = join(scratch, name);
  assert.is(Bun.spawnSync(["mkfifo", "-m", "666", path]).exitCode, 0);
  return path;
}

function up(user: User, spec: string) {
  return Bun.spawn(commandFor(user, ["up", spec]), {
    env: environmentFor(user),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

for (const user of users) {
  const name = (what: string) => `${what}-${user.name.replaceAll(" ", "-")}`;

  test(`${user.name}: stdin is what a writer sends that comes later`, async () => {
    const path = fifo(name("late"));
    const spec = writeSpec(
      name("late-stdin"),
      `sandbox: late\nprocesses: {r: {run: cat, stdin: {file: ${path}}, timeout: 20s}}\n`,
    );
    const run = up(user, spec);
    await Bun.sleep(300);
    assert.is(Bun.spawnSync(["timeout", "20", "sh", "-c", `echo late > ${path}`]).exitCode, 0);
    assert.is(await run.exited, 0);
    assert.match(await new Response(run.stdout).text(), /^r +\| late$/m);
  });

  test(`${user.name}: stdout goes to a reader that comes later`, async () => {
    const path = fifo(name("out"));
    const spec = writeSpec(
      name("late-stdout"),
      `sandbox: out\nroot: host-rw\nprocesses: {w: {run: echo hi, stdout: {file: ${path}}, timeout: 20s}}\n`,
    );
    const run = up(user, spec);
    await Bun.sleep(300);
    assert.is(Bun.spawnSync(["timeout", "20", "cat", path]).stdout.toString(), "hi\n");
    assert.is(await run.exited, 0);
  });

  test(`${user.name}: a process that waits for a writer has its time-out, and holds up nobody`, () => {
    const path = fifo(name("never"));
    const spec = writeSpec(
      name("timed"),
      `sandbox: timed
processes:
  r: {run: cat, stdin: {file: ${path}}, timeout: 300ms}
  after: {run: echo other, depends_on: {r: started}}
`,
    );
    const began = performance.now();
    const ran = sandbox(user, "up", spec);
    assert.is(ran.code, 1, ran.err);
    assert.match(ran.err, /SBX4005.*"r"/);
    assert.match(ran.out, /^after +\| other$/m);
    assert.ok(performance.now() - began < 4_500, "by the stop signal, not by the grace");
  });

  test(`${user.name}: what cannot be executed after that is a fault all the same`, async () => {
    const path = fifo(name("fault"));
    const spec = writeSpec(
      name("faulty"),
      `sandbox: faulty\nprocesses: {r: {run: no-such-program, stdin: {file: ${path}}, timeout: 20s}}\n`,
    );
    const run = up(user, spec);
    await Bun.sleep(300);
    fs.closeSync(fs.openSync(path, fs.constants.O_RDWR));
    assert.is(await run.exited, 1);
    assert.match(await new Response(run.stderr).text(), /SBX4001.*"r".*ENOENT/);
  });
}

test.run();
