/** Text in columns: widths as a terminal counts them. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asciiText } from "../../src/base/ascii.ts";
import { columnLines } from "../../src/base/columns.ts";
import { pidTable } from "../../src/base/pid-table.ts";
import { wrap } from "../../src/base/wrap.ts";

const test = suite("columns");

test("cells are aligned, and no line ends with a space", () => {
  const rows = [
    ["NAME", "PID"],
    ["a", "12345"],
    ["日本", "7"],
  ];
  assert.equal(columnLines(rows, ["left", "right"], 80), [
    "NAME    PID",
    "a     12345",
    "日本      7",
  ]);
});

test("a row that is text spans all columns and makes none wider", () => {
  const rows = [["a", "b"], "a long text", ["c", "d"]];
  assert.equal(columnLines(rows, ["left", "left"], 80), ["a  b", "a long text", "c  d"]);
});

test("no line is wider than the terminal, wide characters counted as two", () => {
  for (const columns of [1, 2, 5, 8, 9, 30]) {
    for (const line of columnLines(
      [["日本語", "日本語"], "日本語日本語"],
      ["left", "left"],
      columns,
    ))
      assert.ok(Bun.stringWidth(line) <= columns, `${line} in ${columns}`);
  }
});

test("text without UTF-8 keeps its width", () => {
  for (const text of ["├── a", "a…b", "日本", "plain", "é"]) {
    assert.match(asciiText(text), /^[\u0000-\u007f]*$/);
    assert.is(Bun.stringWidth(asciiText(text)), Bun.stringWidth(text));
  }
});

test("text breaks at spaces, and a word wider than a line gets its own", () => {
  assert.is(wrap("one two three", 20, 2), "one two three");
  assert.is(wrap("one two three", 8, 2), "one two\n  three");
  assert.is(wrap("a enormousword b", 6, 2), "a\n  enormousword\n  b");
});

const row = (path: string, pids: readonly string[]) => ({ path, pids, rest: ["sleep"] });

test("a table has a column for each level, and a process none below its own", () => {
  const rows = [row("top", ["100", "2"]), row("top/deep", ["101", "3", "1"])];
  const { lines, hidden } = pidTable(rows, { columns: 80, firstLevel: 0, rest: ["COMMAND"] });
  assert.equal(lines, [
    "PROCESS    L0  L1  L2  COMMAND",
    "top       100   2   ·  sleep",
    "top/deep  101   3   1  sleep",
  ]);
  assert.is(hidden, null);
});

test("where levels do not fit, each process's own is still there", () => {
  const pids = Array.from({ length: 32 }, (_, level) => String(1000 + level));
  const { lines, hidden } = pidTable([row("a", pids)], {
    columns: 60,
    firstLevel: 0,
    rest: ["COMMAND"],
  });
  assert.is(hidden?.last, 31);
  assert.match(lines[1] ?? "", /… {2}L31 1031 {2}sleep$/);
  for (const line of lines) assert.ok(Bun.stringWidth(line) <= 60);
});

test.run();
