/** Names of files, where the working directory is there. Where it is not: test/host/launch.test.ts. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { leadsSomewhere, refuseUnreachable } from "../../src/cli/input.ts";

const test = suite("input");

test("any name leads somewhere while the working directory is there", () => {
  for (const name of ["a.yaml", "/a.yaml", "-", "../a"]) {
    assert.ok(leadsSomewhere(name));
    refuseUnreachable(name);
  }
});

test.run();
