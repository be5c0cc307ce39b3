/** What is for a shell, and stands where there is none: named, with the way out. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";

const test = suite("words for a shell");

const only = (text: string) => {
  const { diagnostics } = checkSpec({ file: "spec.yaml", text });
  assert.is(diagnostics.length, 1, JSON.stringify(diagnostics.map(({ message }) => message)));
  return diagnostics[0];
};

for (const expansion of ["PORT:-5000", "A:?no", "B:+x", "f%.c", "f##*/", "#A", "!A"]) {
  test(`\${${expansion}} says how a shell gets to see it`, () => {
    const written = `\${${expansion}}`;
    const text = `sandbox: a\nprocesses:\n  web:\n    shell: 'echo ${written}'\n`;
    const finding = only(text);
    assert.is(finding?.code, "SBX2311");
    assert.match(finding?.message ?? "", written);
    assert.match(finding?.help ?? "", `$${written}`);
    // And that way out is one.
    const { diagnostics } = checkSpec({ file: "s", text: text.replace("${", () => "$${") });
    assert.equal(diagnostics, []);
  });
}

test("arithmetic that is wrong is told as such", () => {
  const finding = only(
    "sandbox: a\nparams: {n: {type: integer, default: 1}}\nprocesses: {a: {run: 'x ${n - }'}}\n",
  );
  assert.match(finding?.message ?? "", "ends too early");
});

test("several lines of `run` are one command, which is warned of", () => {
  const script = "sandbox: a\nprocesses:\n  w:\n    run: |\n      npm install\n      npm start\n";
  const finding = only(script);
  assert.is(finding?.code, "SBX2611");
  assert.match(finding?.help ?? "", "`shell:`");
  for (const text of [
    script.replace("install\n", "install \\\n"),
    script.replace("run:", "shell:"),
    script.replace("|", ">"),
    script.replace("      npm start\n", ""),
  ]) {
    assert.equal(checkSpec({ file: "s", text }).diagnostics, [], text);
  }
});

test.run();
