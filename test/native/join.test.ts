/** Own inits in and below own inits: their helpers have the same reserved PIDs, one at a time. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("join");

/** A helper's end could be seen before its word that there is another one: some of ten runs failed. */
const ROUNDS = 8;

for (const user of users) {
  test(`${user.name}: many sandboxes with own inits start below an own init, each time`, () => {
    const spec = writeSpec(
      "own-inits",
      `sandbox: own
init: app
processes: {p: {run: "true", replicas: 4}, app: sleep 0.4}
sandboxes: {s: {replicas: 12, init: app, processes: {p: "true", app: sleep 0.2}}}
`,
    );
    for (let round = 0; round < ROUNDS; round++) {
      const ran = sandbox(user, "up", spec);
      assert.is(ran.code, 0, ran.err);
    }
  });
}

test.run();
