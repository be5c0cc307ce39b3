/** What a table of PIDs leaves out where the terminal is narrow, and in which order. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type PidRow, pidTable } from "../../src/base/pid-table.ts";

const test = suite("pid-table");

const ROWS: readonly PidRow[] = [
  { path: "web", pids: ["15047", "3"], rest: ["running", "/bin/sh -c 'exec sleep 1'"] },
  {
    path: "outer/inner/worker.12",
    pids: ["15050", "5", "2", "1"],
    rest: ["killed SEGV", "sleep 10000"],
  },
];

const tableAt = (columns: number) =>
  pidTable(ROWS, { columns, firstLevel: 0, rest: ["STATE", "COMMAND"] });

test("no line is wider than the terminal, and one without end cuts nothing", () => {
  for (let columns = 1; columns <= 120; columns++) {
    for (const line of tableAt(columns).lines) assert.ok(Bun.stringWidth(line) <= columns, line);
  }
  assert.not.match(tableAt(Infinity).lines.join(), /…/);
});

test("the state and the own PID are cut last", () => {
  for (let columns = 34; columns <= 120; columns++) {
    const { lines, hidden } = tableAt(columns);
    assert.match(
      lines[1] ?? "",
      hidden === null ? / 3 .*running / : / L1 3 +running /,
      `${columns}`,
    );
    assert.match(lines[2] ?? "", hidden === null ? / 1 +killed SEGV / : / L3 1 +killed SEGV /);
  }
  assert.equal(tableAt(34).hidden, { first: 0, last: 3 });
  assert.equal(tableAt(60).hidden, { first: 1, last: 3 });
});

test("a colour of the own PID moves nothing", () => {
  const painted = ROWS.map((row) => ({
    ...row,
    paintOwn: (text: string) => `\u001b[1m${text}\u001b[0m`,
  }));
  for (const columns of [40, 60, 120]) {
    const look = { columns, firstLevel: 0, rest: ["STATE", "COMMAND"] };
    const { lines } = pidTable(painted, look);
    assert.match(lines[2] ?? "", /\u001b\[1m1\u001b\[0m/);
    assert.equal(
      lines.map((line) => Bun.stripANSI(line)),
      tableAt(columns).lines,
    );
  }
});

test.run();
