/** What meets a condition of `depends_on`: the same table for TypeScript and C. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  isMetBy,
  isWaitCondition,
  WAIT_CONDITION_NAMES,
  WAIT_CONDITIONS,
} from "../../src/base/wait-conditions.ts";

const test = suite("wait-conditions");

test("a start, an end and a success meet what they say, and no more", () => {
  const met = (...events: Parameters<typeof isMetBy>[1]) =>
    WAIT_CONDITION_NAMES.filter((name) => isMetBy(name, events)).join(" ");
  assert.is(met(), "");
  assert.is(met("start"), "started");
  assert.is(met("failure"), "exited");
  assert.is(met("success"), "exited succeeded");
  assert.is(met("start", "failure"), "started exited");
});

test("C has a row for each, with the same events", () => {
  const header = fs.readFileSync("native/gen/tables.gen.h", "utf8");
  for (const [name, { metBy }] of Object.entries(WAIT_CONDITIONS)) {
    const events = metBy.map((event) => `WAIT_EVENT_${event.toUpperCase()}`).join(" | ");
    assert.match(header, `X(CONDITION_${name.toUpperCase()}, ${events})`);
  }
});

test("a name of every object is no condition", () => {
  assert.not.ok(isWaitCondition("constructor"));
  assert.ok(isWaitCondition("exited"));
});

test.run();
