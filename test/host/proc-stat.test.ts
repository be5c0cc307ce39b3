/** Fields of /proc/PID/stat, whatever the process calls itself. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { statField } from "../../src/host/proc-stat.ts";

const test = suite("proc-stat");

test("a field is the same whatever the name holds", async () => {
  const child = Bun.spawn(["sh", "-c", "printf ') R 7 (' > /proc/self/comm; exec sleep 9 <&-"], {
    stdin: "ignore",
  });
  const named = Bun.spawn(["perl", "-e", "$0 = ') R 7 (x'; sleep 9"], { stdin: "ignore" });
  await Bun.sleep(200);
  for (const { pid } of [child, named]) {
    assert.is(statField(pid, 4), String(process.pid));
    assert.is(statField(pid, 3), "S");
  }
  child.kill();
  named.kill();
});

test("what is not there has none", () => {
  assert.is(statField(4_194_304, 3), null);
});

test.run();
