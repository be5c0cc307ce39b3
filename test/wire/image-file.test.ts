/** Which files are taken for plan images. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { IMAGE_MAGIC, isImage } from "../../src/wire/image-file.ts";

const test = suite("image-file");
const bytes = (text: string) => new TextEncoder().encode(text);

test("an image is known by its first bytes, all of them", () => {
  assert.ok(isImage(bytes(IMAGE_MAGIC)));
  assert.ok(isImage(bytes(`${IMAGE_MAGIC}and more`)));
  for (const text of [
    "",
    "SBX",
    IMAGE_MAGIC.slice(0, -1),
    ` ${IMAGE_MAGIC}`,
    "sandbox: SBXPLAN\0",
  ]) {
    assert.not(isImage(bytes(text)), JSON.stringify(text));
  }
});

test.run();
