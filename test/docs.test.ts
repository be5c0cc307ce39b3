/** The specs in the documentation are right. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../src/check/check.ts";
import { humanText } from "../src/diag/human.ts";
import { root } from "./sandbox.ts";

const test = suite("docs");

for (const file of ["README.md", "docs/tutorial.md"]) {
  test(`the specs of ${file} have no mistakes`, () => {
    const text = fs.readFileSync(join(root, file), "utf8");
    const specs = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, spec]) => spec ?? "");
    assert.ok(specs.length > 0);
    for (const spec of specs) {
      const { diagnostics, sources } = checkSpec({ file, text: spec });
      assert.is(humanText(diagnostics, sources, { colour: false, columns: null }), "");
    }
  });
}

test.run();
