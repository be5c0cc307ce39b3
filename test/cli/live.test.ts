/** A run seen from a second terminal: ls, ps, report, top. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Report } from "../../src/report/report.ts";
import {
  commandFor,
  environmentFor,
  freshMark,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { Terminal } from "../terminal.ts";
import { startRun } from "../while-running.ts";

const test = suite("live");

const specOf = (mark: string) => `sandbox: seen
processes:
  top: {shell: "sleep ${mark} & wait"}
  many: {run: sleep ${mark}, replicas: 20}
sandboxes:
  outer:
    processes: {web: {run: sleep ${mark}, pid: 7}}
`;

/** While a run of this user's goes on. */
async function whileUp(user: User, name: string, during: () => Promise<void>): Promise<void> {
  const spec = writeSpec(`live-${name}`, specOf(freshMark()));
  await using _run = await startRun(user, ["--name", name, spec]);
  await during();
}

for (const user of users) {
  test(`ls, ps and report show a run, as ${user.name}`, async () => {
    const name = `seen-${user.name.replace(" ", "-")}`;
    await whileUp(user, name, async () => {
      assert.match(
        sandbox(user, "ls").out,
        new RegExp(`^${name} +seen +started +\\d+ +24 of 24 +2$`, "m"),
      );
      const table = sandbox(user, "ps", name).out;
      assert.match(table, /^outer\/web +\d+ +\d+ +7 +running/m);
      const json = JSON.parse(sandbox(user, "report", name, "--format", "json").out) as Report;
      const ps = JSON.parse(sandbox(user, "ps", name, "--json").out) as Report;
      assert.equal(
        ps.processes.map(({ pids }) => pids),
        json.processes.map(({ pids }) => pids),
      );
      for (const asked of [["--timeline"], ["--format", "timeline"]]) {
        const ran = sandbox(user, "report", name, ...asked);
        assert.is(ran.code, 1);
        assert.is(ran.out, "");
        assert.match(ran.err, /^error: this report has no trace\nhelp: /);
      }
      for (const { pids, path } of json.processes) {
        const status = fs.readFileSync(`/proc/${pids[0]}/status`, "utf8");
        assert.equal(pids.join("\t"), /^NSpid:\t(.*)$/m.exec(status)?.[1], path);
      }
      assert.ok(json.processes.some(({ kind }) => kind === "forked"));
      const file = join(scratch, `${name}.json`);
      fs.writeFileSync(file, JSON.stringify(json));
      assert.is(sandbox(user, "report", file).out, table, "a kept report looks the same");
      assert.is(sandbox(user, "diff", file, file).code, 0);
      const lines = join(scratch, `${name}.jsonl`);
      fs.writeFileSync(lines, `{"not": "a report"}\n${JSON.stringify(json)}\n`);
      assert.is(sandbox(user, "report", lines).out, table, "the last report of JSON Lines");
      assert.is(sandbox(user, "diff", lines, file).code, 0);
      for (const other of users) {
        if (other === user) continue;
        assert.is(sandbox(other, "ps", name).code, 1, `${other.name} sees a run of ${user.name}`);
      }
    });
    assert.is(JSON.parse(sandbox(user, "ls", "--json").out).runs.length, 0);
    const gone = sandbox(user, "ps", name);
    assert.is(gone.code, 1);
    assert.match(gone.err, /nothing is running/);
  });
}

test("what cannot be read or written is said, and is no bug of ours", () => {
  const user = users[0] as User;
  const spec = writeSpec("live-kept", "sandbox: k\nprocesses: {a: 'true'}\n");
  const missing = join(scratch, "none/there.json");
  const image = sandbox(user, "plan", spec, "-o", missing);
  assert.is(image.code, 3);
  assert.match(image.err, `cannot write "${missing}" (ENOENT)`);
  assert.is(sandbox(user, "report", missing).code, 2);
  assert.is(sandbox(user, "report", "-").code, 2, "an empty standard input");
  assert.is(sandbox(user, "report", spec).code, 2);
  assert.match(sandbox(user, "diff", missing, missing).err, "cannot read");
  const file = join(scratch, "live-kept.json");
  fs.writeFileSync(file, sandbox(user, "up", "--json", spec).out);
  assert.is(sandbox(user, "report", file, "-o", missing).code, 3);
});

test("top draws whole frames, follows a resize, sorts, filters, scrolls, and leaves no trace", async () => {
  const user = users[0] as User;
  await whileUp(user, "topped", async () => {
    const terminal = new Terminal(
      commandFor(user, ["top", "topped"]),
      environmentFor(user),
      80,
      16,
    );
    const first = await terminal.until((lines) => lines.length === 16);
    assert.is(first.length, 16);
    assert.match(first[0] ?? "", /^topped: 25 running, 25 known/);
    assert.match(first[1] ?? "", /^PROCESS +L0 +L1 +L2 +STATE +COMMAND/);
    assert.match(first.at(-1) ?? "", /^q quit.*1-13 of 25/);

    await terminal.type("jj");
    const scrolled = await terminal.until((lines) => /3-15 of 25/.test(lines.at(-1) ?? ""));
    assert.match(scrolled.at(-1) ?? "", /3-15 of 25/);

    await terminal.type("Gjjjk");
    const end = await terminal.until((lines) => /12-24 of 25/.test(lines.at(-1) ?? ""));
    assert.match(end.at(-1) ?? "", /12-24 of 25/, "there is nothing below the end");

    terminal.resize(60, 10);
    const small = await terminal.until((lines) => lines.length === 10);
    assert.is(small.length, 10);
    for (const line of small) assert.ok(Bun.stringWidth(line) <= 60, line);

    await terminal.type("/web\r");
    const filtered = await terminal.until((lines) => /1 shown/.test(lines[0] ?? ""));
    assert.match(filtered[2] ?? "", /^outer\/web .* 7 +running/);

    await terminal.type("\u001b");
    await terminal.type("s");
    const sorted = await terminal.until((lines) => /sort: pid/.test(lines.at(-1) ?? ""));
    const pids = sorted.slice(2, -1).map((line) => Number(/ (\d+)/.exec(line)?.[1]));
    assert.equal(
      pids,
      pids.toSorted((a, b) => a - b),
    );

    await terminal.type("q");
    assert.is(await terminal.ended(), 0);
    assert.match(terminal.output, /^\u001b\[\?1049h\u001b\[\?25l/);
    assert.match(terminal.output, /\u001b\[\?25h\u001b\[\?1049l$/);
    assert.not.match(terminal.output, /\u001b\[2J/, "a cleared screen flickers");
  });
});

test("top ends by itself with the run, and needs a terminal", async () => {
  const user = users[0] as User;
  let terminal: Terminal | null = null;
  await whileUp(user, "ending", async () => {
    terminal = new Terminal(commandFor(user, ["top", "ending"]), environmentFor(user), 80, 24);
    await terminal.until((lines) => lines.length === 24);
    assert.is(sandbox(user, "top", "ending").code, 64);
  });
  const ended = terminal as Terminal | null;
  assert.is(await ended?.ended(), 0);
  assert.match(ended?.output ?? "", /the run "ending" has ended\r\n$/);
});

test.run();
