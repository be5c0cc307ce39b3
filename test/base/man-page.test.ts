/** Manual pages as troff reads them. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { manText } from "../../src/base/man-page.ts";

const test = suite("man-page");

/** What man(1) would show, as ASCII. */
function shown(text: string): string {
  const ran = Bun.spawnSync(["nroff", "-man", "-Tascii", "-ww"], {
    stdin: Buffer.from(text),
    stderr: "pipe",
  });
  assert.is(ran.stderr.toString(), "");
  return ran.stdout
    .toString()
    .replace(/.\x08/g, "")
    .replace(/\x1b\[[0-9;]*m/g, "");
}

const page = {
  name: "trial",
  section: 1,
  summary: "a page",
  version: "1",
  parts: [
    {
      title: "Text",
      blocks: [
        { kind: "text", text: ".dots, 'quotes', \\back\\slashes and `--options`: [a link](#x)" },
        { kind: "item", term: "`-x`", text: "`.` first" },
        { kind: "inner", blocks: [{ kind: "text", text: "set in" }] },
        { kind: "code", lines: [".code", "a\\b  -c", "'d'"] },
      ],
    },
  ],
} as const;

const troffTest = Bun.which("nroff") === null ? test.skip : test;
if (troffTest === test.skip) console.log("SKIP this machine has no nroff");

troffTest("no text becomes a request or an escape of troff", () => {
  const text = shown(manText(page));
  for (const part of [
    "trial - a page",
    ".dots, 'quotes', \\back\\slashes and --options: a link",
    "-x",
    ". first",
    ".code",
    "a\\b  -c",
    "'d'",
  ]) {
    assert.ok(text.includes(part), `${part}\n${text}`);
  }
});

test("an inner block is set in between its own requests", () => {
  const lines = manText(page).split("\n");
  const at = lines.indexOf("set in");
  assert.is(lines[at - 2], ".RS");
  assert.is(lines[at + 1], ".RE");
});

test.run();
