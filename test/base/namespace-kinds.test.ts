/** The table of namespace kinds against the kernel, and that no other list of them is kept. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NAMESPACE_KINDS, NAMESPACES } from "../../src/base/namespace-kinds.ts";

const test = suite("namespace-kinds");

for (const { kind, file, flag } of NAMESPACES) {
  test(`${kind}: /proc/PID/ns and the kernel's headers have it by these names`, () => {
    assert.ok(fs.existsSync(`/proc/self/ns/${file}`));
    assert.match(fs.readFileSync("/usr/include/linux/sched.h", "utf8"), `#define ${flag}\t`);
  });
}

test("all that this kernel has can be asked for", () => {
  const files = fs.readdirSync("/proc/self/ns").filter((name) => !name.endsWith("_for_children"));
  const left = files.filter((name) => !NAMESPACES.some(({ file }) => file === name));
  assert.equal(left, []);
});

test("no other file lists the kinds", () => {
  const lists = [...new Glob("{src,native}/**/*.{ts,c,h}").scanSync(".")].filter((path) => {
    if (path.includes(".gen.") || path === "src/base/namespace-kinds.ts") return false;
    // What other tools call them.
    if (path === "src/spec/foreign-words.ts") return false;
    const text = fs.readFileSync(path, "utf8");
    const named = NAMESPACE_KINDS.filter((kind) =>
      new RegExp(`["']${kind}["']|NEW${kind}\\b`, "i").test(text),
    );
    const flags = text.match(/\bCLONE_NEW[A-Z]+\b/g) ?? [];
    return named.length > 4 || new Set(flags).size > 4;
  });
  assert.equal(lists, []);
});

test.run();
