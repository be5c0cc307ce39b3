/** Images: back to the same plan, and hostile ones refused by both sides. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { decodeImage } from "../../src/wire/decode.ts";
import { encodeImage } from "../../src/wire/encode.ts";

const test = suite("decode");

const specs = [...new Glob("sandboxes/*.yaml").scanSync(".")].toSorted();

for (const file of specs) {
  test(`${file}: decoding gives the plan back`, () => {
    const { ir } = checkSpec(
      { file, text: fs.readFileSync(file, "utf8") },
      { load: (path) => fs.readFileSync(path, "utf8") },
    );
    assert.ok(ir);
    const plan = planOf(ir);
    const decoded = decodeImage(encodeImage(plan));
    assert.ok(decoded.ok);
    assert.equal(decoded.plan, plan);
  });
}

test("10,000 images with changed bytes are decoded or refused, and never throw", () => {
  const file = "sandboxes/russian-doll.yaml";
  const { ir } = checkSpec({ file, text: fs.readFileSync(file, "utf8") });
  assert.ok(ir);
  const image = encodeImage(planOf(ir));
  let refused = 0;
  for (let round = 0; round < 10_000; round++) {
    const bytes = image.slice();
    bytes[(round * 7919) % bytes.length] = (round * 31) & 255;
    bytes[(round * 104729) % bytes.length] = 255;
    if (!decodeImage(bytes).ok) refused++;
  }
  assert.ok(refused > 0);
});

test.run();
