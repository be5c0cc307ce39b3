/** Limits under which no run can be set up, as a program under them sees them. */

import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fixOf, limitObstacles } from "../../src/host/limit-obstacles.ts";
import { root } from "../sandbox.ts";

const test = suite("limit obstacles");

/** What a program finds that was started under these limits. */
function under(limits: string): string[] {
  const file = join(root, "src/host/limit-obstacles.ts");
  const script = `console.log(JSON.stringify((await import("${file}")).limitObstacles()))`;
  const command = `ulimit ${limits}; exec "$0" -e '${script}' | cat`;
  const ran = Bun.spawnSync(["bash", "-c", command.replace("exec ", ""), process.execPath]);
  return JSON.parse(ran.stdout.toString());
}

test("each limit that is too low is named with what it is and what to do", () => {
  assert.equal(limitObstacles(), []);
  assert.match(under("-n 149").join("\n"), /^at most 149 open descriptors; .*ulimit -n.*150$/);
  assert.equal(under("-n 150"), []);
  assert.match(under("-f 1023").join("\n"), /^files of at most 1047552 bytes; .*ulimit -f/);
  assert.equal(under("-f 1024"), []);
  assert.is(under("-n 20 -f 0").length, 2);
});

test("an errno that no limit brings about has no fix here", () => {
  assert.is(fixOf("EPERM"), null);
  assert.match(fixOf("EAGAIN") ?? "", /ulimit -u/);
});

test.run();
