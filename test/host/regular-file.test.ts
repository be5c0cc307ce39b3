/** Files that never end, or are none: each is refused at once, with what it is. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRegular } from "../../src/host/regular-file.ts";

const test = suite("regular file");

const dir = fs.mkdtempSync(join(tmpdir(), "sandbox-regular-"));
process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));
const fifo = join(dir, "fifo");
Bun.spawnSync(["mkfifo", fifo]);
fs.symlinkSync("/dev/zero", join(dir, "link"));
fs.closeSync(fs.openSync(join(dir, "sparse"), "w"));
fs.truncateSync(join(dir, "sparse"), 6 * 1024 ** 3);
fs.writeFileSync(join(dir, "text"), "12345678");
fs.writeFileSync(join(dir, "image"), "IMAGE 78 and more");

const refused: readonly (readonly [path: string, why: string])[] = [
  [fifo, "it is a FIFO, no regular file"],
  ["/dev/zero", "it is a device, no regular file"],
  ["/dev/tty", "it is a device, no regular file"],
  [join(dir, "link"), "it is a device, no regular file"],
  [dir, "it is a directory, no regular file"],
  [join(dir, "sparse"), "it is larger than 16 MiB"],
  [join(dir, "missing"), "ENOENT"],
  [join(dir, "text/below"), "ENOTDIR"],
];

for (const [path, why] of refused) {
  test(`${path.split("/").at(-1)} is not read: ${why}`, () => {
    const read = readRegular(path, 16 * 1024 * 1024);
    assert.is(read.ok ? "read" : read.why, why);
  });
}

test("a file is read whole up to the limit, and not at all above it", () => {
  const path = join(dir, "text");
  const read = readRegular(path, 8);
  assert.is(read.ok && Buffer.from(read.bytes).toString(), "12345678");
  assert.is(readRegular(path, 7).ok, false);
});

test("the limit may depend on how a file begins", () => {
  const sizeMax = (head: Uint8Array) => (Buffer.from(head).toString() === "IMAGE 78" ? 100 : 4);
  assert.is(readRegular(join(dir, "image"), sizeMax).ok, true);
  assert.is(readRegular(join(dir, "text"), sizeMax).ok, false);
});

test("what has no length is empty, and is not waited for", () => {
  const read = readRegular("/proc/self/environ", 1024);
  assert.is(read.ok && read.bytes.length, 0);
});

test("no descriptor stays open", () => {
  const count = () => fs.readdirSync("/proc/self/fd").length;
  const before = count();
  for (const [path] of refused) readRegular(path, 8);
  readRegular(join(dir, "text"), 8);
  assert.is(count(), before);
});

test.run();
