/** The table at 80 columns: few levels, many levels, many rows, hostile names. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GREEN, RED, YELLOW } from "../../src/base/colours.ts";
import type { Report, ReportProcess } from "../../src/report/report.ts";
import { tableText } from "../../src/report/table.ts";
import { BLANK_REPORT, BLANK_ROW } from "./blank.ts";

const test = suite("table");

function row(
  path: string,
  pids: readonly number[],
  rest: Partial<ReportProcess> = {},
): ReportProcess {
  const common = { level: pids.length - 1, ppids: pids.map(() => 0) };
  return { ...BLANK_ROW, path, pids, ...common, comm: "sleep", argv: ["sleep", "60"], ...rest };
}

function report(processes: readonly ReportProcess[]): Report {
  return { ...BLANK_REPORT, processes };
}

const look = { columns: 80, colour: false };

test("a column a level, and a dot where a process is not visible", () => {
  const text = tableText(
    report([
      row("init", [48210, 1], { kind: "init", argv: ["[sandbox-init]"] }),
      row("outer/web", [48216, 5, 7]),
      row("three", [48217, 6], { state: "exited", exit: { code: 3 } }),
    ]),
    look,
  );
  assert.is(
    text,
    `PROCESS       L0  L1  L2  STATE     COMMAND
init       48210   1   ·  running   [sandbox-init]
outer/web  48216   5   7  running   sleep 60
three      48217   6   ·  exited 3  sleep 60
`,
  );
});

test("31 levels fit 80 columns, and what is left out is said", () => {
  const deep = Array.from({ length: 31 }, (_, at) =>
    row(
      `d.${at}`,
      Array.from({ length: at + 2 }, (_, n) => 31000 - n),
    ),
  );
  const text = tableText(report(deep), look);
  for (const line of text.split("\n")) assert.ok(Bun.stringWidth(line) <= 80, line);
  assert.match(text, /^d\.30 .* … {2}L31 30969 {2}running {2}sleep/m, "the last of each is shown");
  assert.match(text, /^\(levels \d+ to 31 do not fit: .*--all has all\)$/m);
  const whole = tableText(report(deep), { ...look, columns: Infinity, isWhole: true });
  assert.match(whole, /L31 {2}STATE/);
  assert.not.match(whole, /[…(]/);
});

test("wide characters take two columns, and are not cut in half", () => {
  for (let columns = 40; columns < 44; columns++) {
    const wide = row("a", [2, 2], { argv: ["漢字のプログラム名前が長いです長いです"] });
    const line = tableText(report([wide]), { columns, colour: false }).split("\n")[1] ?? "";
    assert.ok(Bun.stringWidth(line) <= columns && Bun.stringWidth(line) >= columns - 1, line);
    assert.match(line, /…$/);
  }
});

test("what has failed by the verdict is red, and nothing else", () => {
  const ended = { state: "exited", ended_by: "itself" } as const;
  const text = tableText(
    report([
      row("bad", [2, 2], { ...ended, exit: { code: 3 }, failed: true }),
      row("expected", [5, 5], { ...ended, exit: { code: 3 } }),
      row("good", [3, 3], { ...ended, exit: { code: 0 } }),
      row("told", [4, 4], { ...ended, exit: { signal: "TERM" }, ended_by: "stop" }),
    ]),
    { ...look, colour: true },
  );
  assert.is(text.split(RED).length, 2);
  assert.match(text, `\u001b[${RED}mexited 3\u001b[0m`);
});

test("what runs is green, what is still to be is yellow, and the own PID is bold", () => {
  const rows = [row("runs", [9, 2, 7]), row("waits", [8, 3], { state: "pending" })];
  const text = tableText(report(rows), { ...look, colour: true });
  assert.match(text, `\u001b[${GREEN}mrunning\u001b[0m`);
  assert.match(text, `\u001b[${YELLOW}mpending\u001b[0m`);
  assert.match(text, /^runs .* 9 .* 2 .*\u001b\[1m7\u001b\[0m/m);
  assert.is(Bun.stripANSI(text), tableText(report(rows), look));
});

test("1,000 replicas are folded", () => {
  const many = Array.from({ length: 1000 }, (_, at) => row(`w.${at + 1}`, [9000 + at, 2 + at]));
  const text = tableText(report(many), look);
  assert.ok(text.split("\n").length < 15);
  assert.match(text, /w\.4 … w\.998: 995 rows, running/);
});

test("what a workload calls itself cannot reach the terminal", () => {
  const text = tableText(report([row("a", [2, 2], { argv: ["x\u001b]0;evil\u0007\n"] })]), look);
  assert.not.match(text, /[\u001b\u0007]/);
});

test.run();
