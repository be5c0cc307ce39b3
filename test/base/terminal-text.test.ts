/** What a terminal gets of a workload's line. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { terminalLine } from "../../src/base/terminal-text.ts";

const test = suite("terminal text");

const cases: readonly (readonly [line: string, shown: string, plain: string])[] = [
  ["plain\ttext", "plain\ttext", "plain\ttext"],
  ["\u001b[31mred\u001b[m", "\u001b[31mred\u001b[m\u001b[0m", "red"],
  ["\u001b[38:2::1:2:3mx", "\u001b[38:2::1:2:3mx\u001b[0m", "x"],
  ["\u001b[01;31m\u001b[Kroot\u001b[m\u001b[K:x", "\u001b[01;31mroot\u001b[m:x\u001b[0m", "root:x"],
  ["10%\r20%\r30%", "30%", "30%"],
  ["10%\r20%\r\r", "20%", "20%"],
  ["dos\r", "dos", "dos"],
  ["\u001b[2Jx", "\\x1b[2Jx", "\\x1b[2Jx"],
  ["\u001b]0;title\u0007", "\\x1b]0;title\\x07", "\\x1b]0;title\\x07"],
  ["\u001b[1A\u001b[?25l\u001b[2K", "\\x1b[1A\\x1b[?25l\\x1b[2K", "\\x1b[1A\\x1b[?25l\\x1b[2K"],
  ["\u001b[31", "\\x1b[31", "\\x1b[31"],
  ["\u001b[\u001b[31mm", "\\x1b[\u001b[31mm\u001b[0m", "\\x1b[m"],
  ["\u001b[31\u001b[Km", "\\x1b[31m", "\\x1b[31m"],
  ["\u009b31mx", "\\x9b31mx", "\\x9b31mx"],
  ["\u202ex\u0008", "\\u202ex\\x08", "\\u202ex\\x08"],
];

test("colours pass and are reset, of a progress bar the last state is left, all else is escaped", () => {
  for (const [line, shown, plain] of cases) {
    assert.is(terminalLine(line, true), shown);
    assert.is(terminalLine(line, false), plain);
  }
});

test("no text brings a control through but a whole colour sequence", () => {
  const pieces = ["\u001b", "[", "3", "1", ";", "m", "K", "\r", "A", "\u009b", "]", "\u0007", "x"];
  for (let round = 0; round < 20_000; round++) {
    const line = Array.from({ length: 8 }, () => pieces[Math.floor(Math.random() * 13)]).join("");
    const left = terminalLine(line, true).replace(/\u001b\[[0-9;:]*m/g, "");
    assert.not.match(left, /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/, JSON.stringify(line));
  }
});

test.run();
