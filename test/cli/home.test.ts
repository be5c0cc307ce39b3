/** `HOME` in a sandbox: a place of its own that programs can write to. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("home");

const spec = writeSpec(
  "home",
  `sandbox: home
processes:
  shown: {shell: 'echo "$HOME"; cd; pwd'}
  configures: {shell: 'git config --global user.name x && git config --global user.name'}
  caches: {shell: 'mkdir -p ~/.cache/deep && echo made > ~/.cache/deep/file && cat ~/.cache/deep/file'}
  own: {shell: 'echo "$HOME"', env: {HOME: /var}}
`,
);

for (const user of users) {
  test(`it can be written, is not the host's, and a spec may say another, as ${user.name}`, () => {
    const ran = sandbox(user, "up", spec);
    assert.is(ran.code, 0, ran.err);
    assert.is(ran.out.match(/^shown +\| \/tmp$/gm)?.length, 2, ran.out);
    assert.match(ran.out, /^configures +\| x$/m);
    assert.match(ran.out, /^caches +\| made$/m);
    assert.match(ran.out, /^own +\| \/var$/m);
    assert.not.ok(fs.existsSync("/tmp/.cache/deep/file"));
  });
}

test.run();
