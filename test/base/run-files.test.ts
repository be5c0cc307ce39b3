/** The files of a run: TypeScript and C remove the same. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RUN_FILES } from "../../src/base/run-files.ts";

const test = suite("run-files");

test("the shim's list is this one", () => {
  const header = fs.readFileSync("native/gen/tables.gen.h", "utf8");
  const names = RUN_FILES.map((name) => `"${name}"`).join(", ");
  assert.match(header, `#define SBX_RUN_FILES ${names}\n`);
});

test.run();
