/** How much the processes of a detached run print: files, memory and lines, at their bounds. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LOG_FILE_COUNT, LOG_FILE_SIZE_MAX } from "../../src/base/log-limits.ts";
import { type DetachedRun, keptOf, missingOf, startDetachedRun, textOf } from "../detached-run.ts";
import { users } from "../sandbox.ts";

const test = suite("logs-volume");

const one = (shell: string) => `sandbox: one\nprocesses: {p: {shell: ${JSON.stringify(shell)}}}\n`;

/** Bytes on disk of the run's log files. */
function sizeOf({ directory }: DetachedRun): number {
  const logs = join(directory, "logs");
  return fs.readdirSync(logs).reduce((sum, name) => sum + fs.statSync(join(logs, name)).size, 0);
}

/** PSS of a process, in bytes. */
function memoryOf(pid: number): number {
  const [, kib = "0"] = /^Pss:\s+(\d+)/m.exec(textOfFile(`/proc/${pid}/smaps_rollup`)) ?? [];
  return Number(kib) * 1024;
}

/** None where it is gone. */
function textOfFile(path: string): string {
  try {
    return fs.readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** The end of what `seq` prints, from within a line on. */
function assertEndOfSeq(text: string, last: number): void {
  const lines = text.split("\n").slice(1, -1);
  const first = last - lines.length + 1;
  assert.is(lines[0], String(first));
  assert.ok(lines.every((line, index) => line === String(first + index)));
}

for (const user of users) {
  test(`${user.name}: 200 MB leave no more than is allowed, and the newest of it`, async () => {
    await using run = await startDetachedRun(user, "bounded", one("exec seq 25000000"));
    let most = 0;
    while (run.table()?.phase !== "ended") {
      most = Math.max(most, sizeOf(run));
      await Bun.sleep(20);
    }
    assert.is(await run.ended(), 0);
    const pieces = keptOf(run, 1);
    const text = textOf(pieces);
    assert.ok(most <= LOG_FILE_COUNT * LOG_FILE_SIZE_MAX, String(most));
    assert.ok(text.length > (LOG_FILE_COUNT - 1) * LOG_FILE_SIZE_MAX * 0.99, String(text.length));
    assert.is(missingOf(pieces) + text.length, 213_888_897);
    assertEndOfSeq(text, 25_000_000);
  });

  test(`${user.name}: many processes share what a run may keep`, async () => {
    const spec =
      "sandbox: many\nprocesses: {p: {run: [seq, '1000000']}, q: {run: 'true', replicas: 3000}}\n";
    await using run = await startDetachedRun(user, "many", spec);
    assert.is(await run.ended(), 0);
    assert.ok(sizeOf(run) <= LOG_FILE_COUNT * 128 * 1024, String(sizeOf(run)));
    assertEndOfSeq(textOf(keptOf(run, 1)), 1_000_000);
  });

  test(`${user.name}: 100 processes with 10,000 short lines each, all kept and none mixed`, async () => {
    const spec = `sandbox: lines
processes:
  w: {shell: "for i in $(seq 10000); do echo w $i; done", replicas: 100}
`;
    await using run = await startDetachedRun(user, "lines", spec);
    assert.is(await run.ended(), 0);
    const whole = Array.from({ length: 10_000 }, (_, index) => `w ${index + 1}\n`).join("");
    for (let slot = 1; slot <= 100; slot++) {
      const pieces = keptOf(run, slot);
      assert.is(missingOf(pieces), 0);
      assert.ok(textOf(pieces) === whole, `slot ${slot}`);
    }
  });

  test(`${user.name}: 1 GB goes through constant memory`, async () => {
    const spec = one("sleep 0.3; exec head -c 1G /dev/zero");
    await using run = await startDetachedRun(user, "giga", spec);
    const before = memoryOf(run.monitorPid);
    let most = before;
    while (run.table()?.phase === "started") {
      await Bun.sleep(20);
      most = Math.max(most, memoryOf(run.monitorPid));
    }
    assert.is(await run.ended(), 0);
    const pieces = keptOf(run, 1);
    const kept = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.is(missingOf(pieces) + kept, 2 ** 30);
    // The buffer of one read, and tables of a page or two.
    assert.ok(most - before < 256 * 1024, `${before} ${most}`);
    assert.ok(most < 1024 * 1024, `${before} ${most}`);
  });
}

test.run();
