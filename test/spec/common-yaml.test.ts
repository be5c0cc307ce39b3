/**
 * What the reader of common YAML reads is what the `yaml` package reads, places included; what it
 * leaves to that one, it leaves whole. Seeded; SANDBOX_FUZZ_ROUNDS and SANDBOX_FUZZ_SEED choose more.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import type { CodePage } from "../../src/diag/code-page.ts";
import { codes } from "../../src/diag/codes.ts";
import { readCommon } from "../../src/spec/common-yaml.ts";
import { plainValue } from "../../src/spec/core-schema.ts";
import { strangeCharacters } from "../../src/spec/strange-characters.ts";
import { readWhole } from "../../src/spec/whole-yaml.ts";
import { generator } from "../random.ts";

const test = suite("common-yaml");
const root = join(import.meta.dir, "../..");
const rounds = Number(process.env["SANDBOX_FUZZ_ROUNDS"] ?? 40_000);
const next = generator(Number(process.env["SANDBOX_FUZZ_SEED"] ?? 20261126));
const below = (count: number): number => Math.floor(next() * count);
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;

/** Whether it was read; then the package has the same nodes, and nothing to say. */
function isReadAlike(text: string): boolean {
  if (strangeCharacters("a.yaml", text).diagnostics.length > 0) return false;
  const node = readCommon("a.yaml", text);
  if (node === null) return false;
  const whole = readWhole("a.yaml", text, []);
  assert.ok(whole !== null, text);
  assert.equal(whole.diagnostics, [], text);
  // Quicker than what says where they differ.
  if (!Bun.deepEquals(node, whole.root, true)) assert.equal(node, whole.root, text);
  return true;
}

const COMMON: readonly string[] = [
  "a: b",
  "a: b\n\n# comment\n\nc: d # comment\n",
  "a:\n  b: c\n  # of the map\n  d: e\n# behind it\nf: g\n",
  "a:\n# nothing is here yet\n    # nor here\n  b: c\n",
  "a:\n- b\n- c: d\n  e: f\ng: h\n",
  "a:\n  - b\n  - [c, d]\n",
  "a: [b, {c: d}, 'e', \"f\", ]\nb: {}\nc: []\n",
  "a: [\n  b, # first\n  c,\n]\n",
  "a: {b: c,\n  d: e}\n",
  "a: 'it''s'\nb: \"x\\n\\\"y\\\"\"\nc: 'a: b # c'\n",
  "a: |\n  one\n    two\n\n  three\n\n\nb: |-\n  one\n",
  "a:\n  - |\n    one\n  - two\n",
  "a: http://b/c#d\nb: x:y\nc: -1\nd: a - b\n",
  "a: 5\nb: 0x1f\nc: 0o17\nd: 1e3\ne: -.inf\nf: .nan\ng: true\nh: ~\ni: 1.\nj: 1_000\nk: 022\nl: -0\n",
  "a: 'ż'\nb: ż ó\n",
  "a:   b   \n",
];

for (const text of COMMON) {
  test(`read: ${JSON.stringify(text)}`, () => assert.ok(isReadAlike(text)));
}

const MORE: readonly string[] = [
  "",
  "# nothing\n",
  "a",
  "- a\n",
  "a: &b c\n",
  "a: *b\n",
  "a: !!str 5\n",
  "<<: {a: b}\n",
  "a:\nb: c\n",
  "a: b\na: c\n",
  "a: b\n  c\n",
  "a: >\n  b\n",
  "a: 'b\n  c'\n",
  "? a\n: b\n",
  "--- {a: b}\n",
  "a: b\n---\nc: d\n",
  "a: b\n...\n",
  "%YAML 1.2\n---\na: b\n",
  "a: b: c\n",
  "a: @b\n",
  "a: [b\n",
  "a: {b}\n",
  "a: [b: c]\n",
  "a:\tb\n",
  "a: b\r\n",
  "a:\n  b: c\n d: e\n",
  "a: b\n    # further in\nc: d\n",
  'a: "\\x41"\n',
  "\ufeffa: b\n",
];

for (const text of MORE) {
  test(`left: ${JSON.stringify(text)}`, () => assert.is(readCommon("a.yaml", text), null));
}

test("plain text stands for what it does in the package", () => {
  const words =
    "~ null Null NULL nULL true True TRUE tRUE false n y yes 0o17 0o8 0x1F 0xg 1 +1 -1 1_0";
  const floats =
    "1. .5 -.5 +1.5e3 1e+3 1e . .e1 .inf -.Inf +.INF .iNF .nan .NaN .NAN -.nan 1.2.3 -0 00";
  for (const text of `${words} ${floats}`.split(" ")) {
    const parsed: unknown = YAML.parse(text, { schema: "core" });
    assert.ok(Object.is(plainValue(text), parsed), `${text}: ${parsed}`);
  }
});

test("too many values are said to be that, whatever comes after them", () => {
  assert.is(readCommon("a.yaml", `a: [${"b,".repeat(1_500_001)}]: ]`), "too much");
});

test("names that every object has are keys like others", () => {
  assert.ok(isReadAlike("__proto__: a\nconstructor: {toString: b}\n"));
});

const specs = [
  ...[...new Bun.Glob("sandboxes/*.yaml").scanSync(root)].map((file) =>
    fs.readFileSync(join(root, file), "utf8"),
  ),
  ...Object.values<CodePage>(codes).flatMap(({ wrong, right }) =>
    [wrong, right].filter((text) => text !== "" && text.length < 2_000),
  ),
];

test("nearly all specs are common YAML", () => {
  const read = specs.filter(isReadAlike).length;
  assert.ok(read > 0.9 * specs.length, `${read} of ${specs.length}`);
});

const SCRAPS =
  "{|}|[|]|: |- |-|&a |*a|<<: *a|5|null|~|a: b|\t|${x}|é|'|\"|#| #| # c\n|\n|\n\n|  |\n  |\n    |  # c\n|# c\n|\n# c\n|\n  # c\n|\n    # c\n|,|, |:|?|? |!!str |---\n|...\n|%YAML 1.1\n|\r\n|\u2028|\u0085|1e999|0x1f|.inf|+1|1.|TRUE|Null|\\n|\\|''|x:\n|- a\n|  - b\n|\ufeff|@|`|a:b|a :b|://|[a, b]|{a: b}|[a: b]|{a}|k: [\n|]\n"
    .split("|")
    .concat("|\n", "|-\n", ">\n", "y: |\n  z\n");

const LINES =
  'a: b;b: 1;c:;d: [x, y];e: {f: g};- i;- j: k;-;- - z;h: \'q\';l: "m";n: |;o: |-;text;# note;;  ;x: y # z;p: [a,;b];q: {a: 1,;c: 2};};];- [u,;r: >;"s": t;u: a b: c;v:: w;y: -1;z: - 1;k: a #b;k2: a#b;k3: #b;g: [];m: {};- {};t: -a;a-b: c;w: 1.5e3;aa: ~;bb: \'it\'\'s\';cc: \'x;dd: "a\\nb";ee: "a\\x41";---;...;ff : x;? gg'.split(
    ";",
  );

/** Lines that fit each other now and then, further in or out than the one before. */
function someLines(): string {
  let [text, indent] = ["", 0];
  for (let count = 1 + below(9); count > 0; count--) {
    const turn = below(10);
    if (turn < 3) indent += pick([1, 2, 2, 4]);
    else if (turn < 5) indent = Math.max(0, indent - pick([1, 2, 2, 4]));
    else if (turn < 6) indent = 0;
    text += `${" ".repeat(indent)}${pick(LINES)}${below(12) === 0 ? "  " : ""}\n`;
  }
  return below(10) === 0 ? text.slice(0, -1) : text;
}

function changedSpec(): string {
  let text = pick(specs);
  for (let edits = below(5); edits > 0; edits--) {
    const at = below(text.length);
    text = text.slice(0, at) + pick(SCRAPS) + text.slice(at + below(6));
  }
  return text;
}

test(`${rounds} texts, changed or made of lines`, () => {
  let read = 0;
  for (let round = 0; round < rounds; round++) {
    if (isReadAlike(below(3) > 0 ? someLines() : changedSpec())) read++;
  }
  assert.ok(read > rounds / 20, `only ${read} of them were read`);
});

test.run();
