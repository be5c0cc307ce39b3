/** Records of the wire: what is written is read again, each type of field over its whole range. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { IMAGE_STRUCTS, TABLE_STRUCTS } from "../../src/wire/layout.ts";
import { FRAME_STRUCTS } from "../../src/wire/stream-layout.ts";
import {
  type FieldType,
  layoutOf,
  type RecordOf,
  readRecord,
  type Struct,
  writeRecord,
} from "../../src/wire/struct.ts";

const test = suite("record");

const STRUCTS: readonly Struct[] = Object.values({
  ...IMAGE_STRUCTS,
  ...TABLE_STRUCTS,
  ...FRAME_STRUCTS,
});

/** The ends of each type's range, and a value that no other type reads in the same way. */
const VALUES: Readonly<Record<FieldType, readonly (number | bigint)[]>> = {
  u8: [0, 200, 255],
  u32: [0, 0x8000_0005, 0xffff_ffff],
  i32: [-0x8000_0000, -5, 0x7fff_ffff],
  i64: [-0x8000_0000_0000_0000n, -5n, 0x7fff_ffff_ffff_ffffn],
  u64: [0n, 0x8000_0000_0000_0005n, 0xffff_ffff_ffff_ffffn],
};

function roundTrip(struct: Struct, record: Readonly<Record<string, number | bigint>>): unknown {
  const view = new DataView(new ArrayBuffer(layoutOf(struct).size + 8));
  writeRecord(view, 8, struct, record as RecordOf<Struct>);
  return readRecord(view, 8, struct);
}

for (const struct of STRUCTS) {
  test(`${struct.name}: every number comes back`, () => {
    const scalars = layoutOf(struct).fields.filter(({ count }) => count === 1);
    for (let round = 0; round < 3; round++) {
      const record = Object.fromEntries(
        scalars.map(({ name, type }, at) => [name, VALUES[type][(at + round) % 3] ?? 0]),
      );
      assert.equal(roundTrip(struct, record), record);
    }
  });
}

const SAMPLE = {
  name: "sample",
  doc: "",
  fields: [
    ["small", "u8"],
    ["plain", "u32"],
    ["signed", "i32"],
    ["wide", "u64"],
    ["far", "i64"],
  ],
} as const satisfies Struct;

test("a signed number keeps its sign", () => {
  const record = { small: 1, plain: 2, signed: -5, wide: 3n, far: -4n };
  assert.equal(roundTrip(SAMPLE, record), record);
});

test("a number that does not fit its field is a bug, and never cut", () => {
  const right = { small: 1, plain: 2, signed: 3, wide: 4n, far: 5n };
  for (const wrong of [
    { small: 256 },
    { small: -1 },
    { plain: -1 },
    { plain: 2 ** 32 },
    { plain: 0.5 },
    { signed: 2 ** 31 },
    { signed: Number.NaN },
    { wide: -1n },
    { wide: 2n ** 64n },
    { far: 2n ** 63n },
    { far: -(2n ** 63n) - 1n },
  ]) {
    assert.throws(() => roundTrip(SAMPLE, { ...right, ...wrong }), /does not fit sample\./);
  }
});

test("a record without one of its fields does not compile", () => {
  const view = new DataView(new ArrayBuffer(64));
  // @ts-expect-error `plain` is missing
  assert.ok(() => writeRecord(view, 0, SAMPLE, { small: 1, signed: 3, wide: 4n, far: 5n }));
  // @ts-expect-error there is no `other`
  assert.ok(() => readRecord(view, 0, SAMPLE).other);
});

test.run();
