/** Folded text: the line breaks of its author stay, at whatever column it comes to stand. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import { formatSpec } from "../../src/spec/format.ts";

const test = suite("folded text");

/** Texts of `shell`, indented by 10, that stay line by line. */
const KEPT = [
  ">\n          one two\n          three\n\n          four\n",
  ">-\n          one\n            more\n          two\n",
  ">- # why\n          one\n          two\n",
  ">+\n          one\n          two\n\n\n",
  ">\n          one # text\n          two: 3\n",
];

for (const text of KEPT) {
  for (const rest of ["", "        cwd: /\n"]) {
    test(JSON.stringify(text + rest), () => {
      const before = `sandbox: x\nprocesses:\n    a:\n        shell: ${text}${rest}`;
      const made = formatSpec(before);
      assert.ok(made.ok);
      const after = made.ok ? made.text : "";
      assert.equal(YAML.parse(after), YAML.parse(before));
      const lines = text.split("\n").map((line) => line.replace(/^ {10}/, "      "));
      assert.ok(after.includes(`    shell: ${lines.join("\n").trimEnd()}`), after);
      assert.equal(formatSpec(after), made, "formatting twice is formatting once");
    });
  }
}

test("one with an indentation of its own is made anew, with the same meaning", () => {
  const before = "sandbox: x\nprocesses:\n  a:\n    shell: >2\n        one\n        two\n";
  const made = formatSpec(before);
  assert.ok(made.ok);
  assert.equal(YAML.parse(made.ok ? made.text : ""), YAML.parse(before));
});

test.run();
