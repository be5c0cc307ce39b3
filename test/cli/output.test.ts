/** Writing without waiting: to pipes and files, readers that stand still, go away, or come late. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Output } from "../../src/cli/output.ts";
import { scratch } from "../sandbox.ts";

const test = suite("output");
const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;

/** A pipe with both its ends, of which nobody reads by itself. */
function pipe(name: string): { input: number; output: number } {
  const path = join(scratch, name);
  assert.is(Bun.spawnSync(["mkfifo", path]).exitCode, 0);
  const output = fs.openSync(path, O_RDONLY | O_NONBLOCK);
  return { input: fs.openSync(path, O_WRONLY), output };
}

/** All that is in it now. */
function taken(fd: number): Buffer {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(65_536);
    try {
      const size = fs.readSync(fd, part);
      if (size === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, size));
    } catch {
      return Buffer.concat(parts);
    }
  }
}

test("what has no room is kept, in order, and goes out while it is read", async () => {
  const { input, output } = pipe("kept");
  const out = new Output(input);
  const lines = Array.from({ length: 40_000 }, (_, n) => `line ${n}\n`);
  for (const line of lines) out.write(Buffer.from(line));
  assert.ok(out.isFull);
  let isOut = false;
  const both = [out.drained(), out.drained()]; // whoever waits hears of it
  const done = Promise.all(both).then(() => {
    isOut = true;
  });
  const parts: Buffer[] = [];
  while (!isOut) {
    parts.push(taken(output));
    await Bun.sleep(1);
  }
  await done;
  parts.push(taken(output));
  assert.is(Buffer.concat(parts).toString(), lines.join(""));
  assert.is(out.written, lines.join("").length);
  assert.not.ok(out.isFull);
});

test("timers have their turn while nobody reads, and what is abandoned is waited for no longer", async () => {
  const { input, output } = pipe("stuck");
  const out = new Output(input);
  out.write(Buffer.alloc(1_000_000));
  const waits = [out.drained(), out.drained()];
  const begun = performance.now();
  await Bun.sleep(50);
  assert.ok(performance.now() - begun < 5_000);
  out.abandon();
  await Promise.all(waits);
  out.write(Buffer.from("more"));
  await out.drained();
  assert.is(out.loss, null);
  fs.closeSync(output); // or what Bun still holds would keep this process
});

test("a reader that goes away and a full disk are told by their errno", async () => {
  const { input, output } = pipe("closed");
  const out = new Output(input);
  out.write(Buffer.alloc(1_000_000));
  fs.closeSync(output);
  await out.drained();
  assert.is(out.loss, "EPIPE");
  const full = new Output(fs.openSync("/dev/full", "w"));
  full.write(Buffer.from("x"));
  await full.drained();
  assert.is(full.loss, "ENOSPC");
});

test.run();
