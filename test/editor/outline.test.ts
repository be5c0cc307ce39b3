/** The outline: every item within the one around it, as editors demand. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type OutlineItem, outlineOf } from "../../src/editor/outline.ts";
import { readSpec } from "../../src/spec/read.ts";

const test = suite("outline");

const outline = (text: string) => outlineOf(readSpec("x.yaml", text).root);

function assertNested(items: readonly OutlineItem[], start: number, end: number): void {
  for (const { span, nameSpan, children } of items) {
    assert.ok(start <= span.start && span.end <= end, JSON.stringify(span));
    assert.ok(span.start <= nameSpan.start && nameSpan.end <= span.end, JSON.stringify(nameSpan));
    assertNested(children, span.start, span.end);
  }
}

test("aliases, merge keys and empty values keep every item within the one around", () => {
  const text = `sandbox: x
templates: {t: &t {processes: {p: pwd}}}
sandboxes:
  a: *t
  b: {<<: *t, processes: {q: pwd}}
  c:
processes: {last: pwd}
`;
  const items = outline(text);
  assertNested(items, 0, text.length);
  const names = items[0]?.children.map(({ name }) => name);
  assert.equal(names, ["t", "a", "b", "c", "last"]);
});

test("a file of templates has an outline, and what is no spec has none", () => {
  assert.equal(
    outline("templates: {a: {}, b: {}}\n").map(({ name }) => name),
    ["a", "b"],
  );
  assert.equal(outline("services: {}\n"), []);
  assert.equal(outline(""), []);
});

test.run();
