/** Frames of log files, and a slot's words in the table: what is there is read, and nothing believed. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TABLE_STRUCTS } from "../../src/wire/layout.ts";
import { LOG_HEAD_SIZE, logHead, slotLog, slotSpan } from "../../src/wire/logs.ts";
import { layoutOf } from "../../src/wire/struct.ts";
import { frameBytes } from "./log-frames.ts";

const test = suite("logs");

const fieldOf = (struct: keyof typeof TABLE_STRUCTS, name: string) =>
  layoutOf(TABLE_STRUCTS[struct]).fields.find((field) => field.name === name)?.offset ?? -1;

test("a head says stream, position, time, and whether it begins within a line", () => {
  const bytes = frameBytes({
    flags: ["stderr"],
    position: 2 ** 40,
    atMs: 1_700_000_000_000,
    text: "hi",
  });
  assert.equal(logHead(bytes, 1), {
    stream: "stderr",
    isContinued: false,
    position: 2 ** 40,
    atMs: 1_700_000_000_000,
    size: 2,
  });
  const rest = frameBytes({ flags: ["continues"] });
  assert.equal(logHead(rest, 1)?.stream, "stdout");
  assert.is(logHead(rest, 1)?.isContinued, true);
});

test("what is no frame of this slot is none", () => {
  assert.is(logHead(frameBytes({}).subarray(0, LOG_HEAD_SIZE - 1), 1), null);
  assert.is(logHead(frameBytes({ slot: 2 }), 1), null);
  assert.is(logHead(frameBytes({ kind: "event" }), 1), null);
  assert.is(logHead(new Uint8Array(LOG_HEAD_SIZE), 0), null);
  assert.is(logHead(frameBytes({ size: 65_537 }), 1), null);
  assert.is(logHead(frameBytes({ size: 65_536 }), 1)?.size, 65_536);
});

test("a slot's words are where the table's header says", () => {
  const header = new Uint8Array(layoutOf(TABLE_STRUCTS.table_header).size);
  new DataView(header.buffer).setUint32(fieldOf("table_header", "slots"), 4096, true);
  const { offset, size } = slotSpan(header, 3);
  assert.is(size, layoutOf(TABLE_STRUCTS.table_slot).size);
  assert.is(offset, 4096 + 3 * size);
  const record = new Uint8Array(size);
  const view = new DataView(record.buffer);
  view.setUint32(fieldOf("table_slot", "log_files"), 7, true);
  view.setBigUint64(fieldOf("table_slot", "output_size"), 2n ** 40n, true);
  assert.equal(slotLog(record), { newest: 7, size: 2 ** 40 });
});

test.run();
