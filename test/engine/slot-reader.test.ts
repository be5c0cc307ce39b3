/** One slot's files: rotated, growing, torn, and not what they should be. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LogPiece, SlotReader } from "../../src/engine/slot-reader.ts";
import type { SlotLog } from "../../src/wire/logs.ts";
import { scratch } from "../sandbox.ts";
import { frameBytes, type HandFrame } from "../wire/log-frames.ts";

const test = suite("slot-reader");

const directory = join(scratch, "slot");
let log: SlotLog = { newest: 0, size: 0 };

test.before.each(() => {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory);
  log = { newest: 0, size: 0 };
});

function write(number: number, ...frames: HandFrame[]): void {
  const bytes = Buffer.concat(frames.map(frameBytes));
  fs.appendFileSync(join(directory, `1.${number}`), bytes);
  const last = frames.at(-1);
  log = { newest: number, size: (last?.position ?? 0) + (last?.text ?? "").length };
}

const readerAt = (position = 0) => new SlotReader(directory, 1, () => log, position);

function read(reader: SlotReader, isOver = false): LogPiece[] {
  const pieces: LogPiece[] = [];
  for (let head = reader.peek(isOver); head !== null; head = reader.peek(isOver)) {
    const piece = reader.take(head);
    if (piece !== null) pieces.push(piece);
  }
  return pieces;
}

/** Text, or how many bytes are missing before it. */
const shown = (pieces: readonly LogPiece[]) =>
  pieces.flatMap(({ missing, bytes }) => [
    ...(missing > 0 ? [missing] : []),
    Buffer.from(bytes).toString(),
  ]);

test("where nothing was printed there is nothing to read", () => {
  assert.equal(read(readerAt(), true), []);
});

test("what is added is read once, from one file to the next", () => {
  const reader = readerAt();
  write(1, { position: 0, text: "one" });
  assert.equal(shown(read(reader)), ["one"]);
  assert.equal(shown(read(reader)), []);
  write(1, { position: 3, text: "two" });
  write(2, { position: 6, text: "three" });
  assert.equal(shown(read(reader)), ["two", "three"]);
  assert.is(reader.position, 11);
  assert.is(reader.missingAtEnd(), 0);
});

test("what was removed before it was read is counted", () => {
  const reader = readerAt();
  write(1, { position: 0, text: "one" });
  assert.equal(shown(read(reader)), ["one"]);
  for (const number of [2, 3, 4, 5]) write(number, { position: number * 10, text: "x" });
  for (const number of [1, 2]) fs.rmSync(join(directory, `1.${number}`));
  assert.equal(shown(read(reader)), [27, "x", 9, "x", 9, "x"]);
  assert.equal(shown(read(readerAt())), [30, "x", 9, "x", 9, "x"]);
});

test("from a position on, within a frame too", () => {
  write(1, { position: 0, text: "one" }, { position: 3, text: "two" });
  write(2, { position: 6, text: "three" });
  assert.equal(shown(read(readerAt(4))), ["wo", "three"]);
  assert.is(read(readerAt(4))[0]?.position, 4);
  assert.equal(shown(read(readerAt(6))), ["three"]);
  assert.equal(shown(read(readerAt(11), true)), []);
});

test("a frame that is not wholly there yet is waited for; at the end it is taken as it is", () => {
  const whole = frameBytes({ position: 3, text: "abcdef" });
  write(1, { position: 0, text: "one" });
  log = { newest: 1, size: 9 };
  for (const length of [10, 32, 35]) {
    const reader = readerAt(3);
    fs.writeFileSync(
      join(directory, "1.1"),
      Buffer.concat([frameBytes({ text: "one" }), whole.subarray(0, length)]),
    );
    assert.equal(read(reader), []);
    const over = readerAt();
    assert.equal(shown(read(over, true)), length === 35 ? ["one", "abc"] : ["one"]);
    assert.is(over.missingAtEnd(), length === 35 ? 3 : 6);
    fs.appendFileSync(join(directory, "1.1"), whole.subarray(length));
    assert.equal(shown(read(reader)), ["abcdef"]);
  }
});

test("a frame that was cut, as its disk was full, and the gap behind it", () => {
  write(1, { position: 0, text: "abc" }, { position: 100, text: "xyz" });
  assert.equal(shown(read(readerAt())), ["abc", 97, "xyz"]);
});

test("rubbish ends a file, and a pipe in its place holds up nobody", () => {
  write(1, { position: 0, text: "one" });
  fs.appendFileSync(join(directory, "1.1"), new Uint8Array(100).fill(255));
  write(2, { position: 50, text: "two" });
  assert.equal(shown(read(readerAt())), ["one", 47, "two"]);
  fs.rmSync(join(directory, "1.1"));
  Bun.spawnSync(["mkfifo", join(directory, "1.1")]);
  assert.equal(shown(read(readerAt())), [50, "two"]);
  fs.rmSync(join(directory, "1.2"));
  fs.symlinkSync("/etc/passwd", join(directory, "1.2"));
  assert.equal(read(readerAt(), true), []);
});

test("large frames among small ones", () => {
  const large = "x".repeat(65_536);
  const frames = Array.from({ length: 20 }, (_, index) => ({
    position: index * 65_537,
    text: index % 2 === 0 ? large : "small",
  }));
  write(1, ...frames);
  assert.equal(
    read(readerAt()).map(({ bytes }) => bytes.length),
    frames.map(({ text }) => text.length),
  );
});

test.run();
