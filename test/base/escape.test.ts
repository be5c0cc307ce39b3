/** Text of others on its way to a terminal or a file. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { escapeJson, escapeQuoted, escapeText, isUnwritable } from "../../src/base/escape.ts";

const test = suite("escape");

const UNSAFE = "\u0000\u001b[31m\u007f\u009b\u202e\u2028";

/** Characters that a terminal acts on, or that turn text around. */
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/;

test("nothing that a terminal acts on is left", () => {
  assert.is(escapeText(UNSAFE), "\\x00\\x1b[31m\\x7f\\x9b\\u202e\\u2028");
  assert.is(escapeText("a\tb\nc"), "a\\tb\\nc");
  for (const safe of [escapeText, escapeQuoted, escapeJson]) {
    const text = safe === escapeJson ? JSON.stringify(UNSAFE) : UNSAFE;
    assert.not.match(safe(text), ACTS);
  }
});

test("plain text stays as it is", () => {
  for (const text of ["", "plain", "dünn 日本 🦊", '"\\'])
    for (const safe of [escapeText, escapeQuoted, escapeJson]) assert.is(safe(text), text);
});

test("escaped JSON means the same", () => {
  const value = { [UNSAFE]: [UNSAFE, "\n", "\ufffd"] };
  assert.equal(JSON.parse(escapeJson(JSON.stringify(value, null, 2))), value);
});

test("a quoted string means the same, and keeps its line ends", () => {
  assert.is(JSON.parse(`"${escapeQuoted(UNSAFE)}"`), UNSAFE);
  assert.is(escapeQuoted("a\nb"), "a\nb");
});

test("a file must not hold what only an escape can say", () => {
  assert.is(isUnwritable("line\nline"), false);
  assert.is(isUnwritable("tab\t"), true);
  assert.is(isUnwritable("\ufffd"), true);
});

test.run();
