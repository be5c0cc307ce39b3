/** Which YAML files are specs. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isSpec } from "../../src/editor/is-spec.ts";

const test = suite("is-spec");

for (const [path, text, is] of [
  ["/a/x.yaml", "sandbox: x\n", true],
  ["/a/x.yaml", "# about\ntemplates : {}\n", true],
  ["/a/x.yaml", '"sandbox": x\n', true],
  ["/a/sandbox.yaml", "", true],
  ["/a/sandboxes/deep/er.yml", "processes: {}\n", true],
  ["/a/x.yaml", "# yaml-language-server: $schema=./sandbox.schema.json\n", true],
  ["/a/docker-compose.yml", "services: {sandbox: {image: x}}\n", false],
  ["/a/.github/workflows/ci.yml", "jobs:\n  sandbox: {}\n", false],
  ["/a/mkdocs.yml", "site_name: my sandbox: x\n", false],
  ["/a/notsandbox.yaml", "", false],
  ["/a/x.yaml", "# yaml-language-server: $schema=https://json.schemastore.org/x.json\n", false],
] as const) {
  test(`${path} with ${JSON.stringify(text)}: ${is}`, () => {
    assert.is(isSpec(path, text), is);
  });
}

test.run();
