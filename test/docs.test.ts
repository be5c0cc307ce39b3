/** The specs in the documentation are right. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../src/check/check.ts";
import { humanText } from "../src/diag/human.ts";
import { root, sandbox, users, writeSpec } from "./sandbox.ts";

const test = suite("docs");

/** The specs that are shown in a file. */
function specsOf(file: string): string[] {
  const text = fs.readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, spec]) => spec ?? "");
}

for (const file of ["README.md", "docs/tutorial.md"]) {
  test(`the specs of ${file} have no mistakes`, () => {
    assert.ok(specsOf(file).length > 0);
    for (const spec of specsOf(file)) {
      const { diagnostics, sources } = checkSpec({ file, text: spec });
      assert.is(humanText(diagnostics, sources, { colour: false, columns: null }), "");
    }
  });
}

test("the spec of the README runs to its end, and what it expects holds", () => {
  const [user] = users;
  assert.ok(user);
  const [spec = ""] = specsOf("README.md");
  const ran = sandbox(user, "up", writeSpec("readme", spec));
  assert.is(ran.code, 0, ran.err);
});

test.run();
