/** Each rule of `tidy.test.ts` fails on a small sample that breaks it, and passes on a good one. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { deadDeclarations, deadExports, deadFields, deadMembers } from "./dead.ts";
import { changelogFaults, machinePaths } from "./documents.ts";
import { functionsOf } from "./functions.ts";
import { circles, floorBreaks, importsOf } from "./imports.ts";
import { untested } from "./mirrors.ts";
import { above, countsOf, lowered } from "./ratchets.ts";
import { codeOf, commentsOf, type Source } from "./source.ts";
import { bannedWords, fragments } from "./words.ts";

const test = suite("tidy rules");

const source = (path: string, text: string): Source => ({ path, text });

test("comments and literals are split from code", () => {
  const text = 'a("// no", `b ${c("`")} /* no */`, /["/*]/g); // yes\n/* box */ d = e / f / g;';
  assert.equal(commentsOf(text), ["// yes", "/* box */"]);
  assert.is(codeOf(text).replace(/\s+/g, ""), "a(,c(),g);d=e/f/g;");
  assert.is(codeOf(text).length, text.length);
});

test("a banned word is found in identifiers of each style, in comments and in file names", () => {
  const of = (path: string, text: string) => bannedWords(source(path, text)).map((at) => at.word);
  assert.equal(of("src/a.ts", "const boxPath = other_box;"), ["box", "box"]);
  assert.equal(of("src/a.ts", "// what was told\n"), ["told"]);
  assert.equal(of("src/told-names.ts", ""), ["told"]);
  assert.equal(of("src/a.ts", "const inbox = 'box';"), []);
});

test("a word that is plain English is banned in identifiers alone", () => {
  const of = (text: string) => bannedWords(source("src/a.ts", text)).map(({ word }) => word);
  assert.equal(of("// it is found in a place\n"), []);
  assert.equal(of("found.push(place);"), ["found", "place"]);
});

test("an exception covers its use in its files alone", () => {
  const of = (path: string, text: string) =>
    bannedWords(source(path, text)).map(({ word }) => word);
  assert.equal(of("src/report/verdict.ts", "const a = { found };"), []);
  assert.equal(of("src/report/verdict.ts", "const a = { foundKind };"), ["found"]);
  assert.equal(of("src/check/check.ts", "const a = { found };"), ["found"]);
});

test('a comment that begins with "Of" is a fragment', () => {
  const text =
    "/** Of a process. */\n/*\n * Of it.\n */\n// Often enough.\n/** The limit of it. */";
  assert.is(fragments(source("src/a.ts", text)).length, 2);
});

test("functions of TypeScript are measured, nested ones and methods too", () => {
  const body = "  a();\n".repeat(3);
  const text = [
    `export function one(a: { b: string }): { c: number } {\n${body}}`,
    `const two = async (a: string): Promise<void> => {\n${body}};`,
    `class A {\n  async #three(b = "{"): Promise<void> {\n${body}  }\n  get four() {\n${body}  }\n}`,
    `if (x) {\n${body}}`,
    `test("five", () => {\n${body}});`,
  ].join("\n");
  const lengths = functionsOf(source("src/a.ts", text)).map(
    ({ name, lines }) => `${name} ${lines}`,
  );
  assert.equal(lengths, ["one 5", "two 5", "#three 5", "four 5", "(arrow) 5"]);
});

test("functions of C are measured", () => {
  const text =
    "struct a {\n\tint b;\n};\n\nstatic int one(int a,\n\t       int b)\n{\n\tif (a) {\n\t}\n}\n";
  assert.equal(functionsOf(source("native/a.c", text)), [
    { path: "native/a.c", name: "one", lines: 6 },
  ]);
});

test("an import that goes up is found, written as a statement or as a call", () => {
  const up = (text: string) => floorBreaks([source("src/plan/a.ts", text)]).length;
  assert.is(up('import { x } from "../cli/x.ts";'), 1);
  assert.is(up('export { x } from "../cli/x.ts";'), 1);
  assert.is(up('const { x } = await import("../cli/x.ts");'), 1);
  assert.is(up('import type { X } from "../check/x.ts";'), 1);
  assert.is(up('import { x } from "../ir/x.ts";\nconst text = "../cli/x.ts";'), 0);
});

test("an import is a path of the repository", () => {
  const text = 'import "./a.ts";\nimport {\n  b,\n} from "../ir/b.ts";\nimport c from "yaml";';
  assert.equal(importsOf(source("src/plan/x.ts", text)), ["src/plan/a.ts", "src/ir/b.ts"]);
});

test("a circle is found at any length, and once", () => {
  const three = [
    source("src/a.ts", 'import "./b.ts";'),
    source("src/b.ts", 'import "./c.ts";'),
    source("src/c.ts", 'await import("./a.ts");'),
    source("src/d.ts", 'import "./a.ts";'),
  ];
  assert.equal(circles(three), [["src/a.ts", "src/b.ts", "src/c.ts"]]);
  assert.equal(circles(three.slice(1)), []);
});

test("an export that only its own file uses is dead", () => {
  const sources = [
    source("src/a.ts", "export const A = 1;\nexport function b() {}\nb(A);\nexport type C = D;"),
    source("src/d.ts", 'import { b } from "./a.ts"; // A, C'),
  ];
  assert.equal(deadExports(sources, sources), ["src/a.ts: A", "src/a.ts: C"]);
});

test("a function that a header declares for nobody is dead", () => {
  const sources = [
    source("native/a/a.h", "int used(void);\nint *dead(int a,\n\t  int b);\nstatic int c(void);"),
    source("native/a/a.c", "int *dead(int a, int b) { return used(); }"),
    source("native/b/b.c", "int x = used();"),
  ];
  assert.equal(deadDeclarations(sources, sources), ["native/a/a.h: dead"]);
});

test("a member of an enumeration that neither language names is dead", () => {
  const enums = { step: ["join", "reap"], stream: ["stdout", "other"] };
  const native = [source("native/a.c", "fail(STEP_JOIN); /* STEP_REAP */")];
  const sources = [source("src/a.ts", 'x === "stdout" || y === "reap"')];
  assert.equal(deadMembers(enums, native, sources), ["step.reap", "stream.other"]);
});

test("a field of a layout that no code reads is dead, one that fills a gap is not", () => {
  const fields = ["phase", "gate", "written", "unused"].map((name) => [name, "u32"] as const);
  const native = [source("native/a.c", "a->written = 1; /* a->gate */ if (a->phase == 1) b();")];
  assert.equal(deadFields({ header: { fields } }, native, []), ["header.gate", "header.written"]);
  const sources = [source("src/wire/a.ts", 'word("gate"); at.written;')];
  assert.equal(deadFields({ header: { fields } }, native, sources), []);
});

test("a file is tested by its name, or by a test that imports it", () => {
  const sources = ["a", "b", "c"].map((name) =>
    source(`src/plan/${name}.ts`, "export function f() {}"),
  );
  const tests = [
    source("test/plan/a.test.ts", ""),
    source("test/plan/x.test.ts", 'import { f } from "../../src/plan/b.ts";'),
  ];
  assert.equal(untested(sources, tests), ["src/plan/c.ts"]);
  assert.equal(untested([source("src/ir/d.ts", "export interface D {}")], tests), []);
});

test("a changelog has its headings, and entries end", () => {
  assert.equal(changelogFaults("# Changelog\n\n## Unreleased\n\n- One\n  line.\n"), []);
  assert.is(changelogFaults("# Changes\n\n## Unreleased\n\n- One.\n").length, 2);
  assert.is(changelogFaults("# Changelog\n\n## Unreleased\n\nOne.\n- Two\n").length, 2);
});

test("a path of one machine is found, an example for everyone is not", () => {
  const of = (text: string) => machinePaths(source("a.md", text)).length;
  assert.is(of("see /Users/anna/x"), 1);
  assert.is(of("in /home/anna/sandbox"), 1);
  assert.is(of("cwd: /home/user/x, ./home/x, https://a.b/home/x"), 0);
});

test("a ratchet lets counts go down, never up", () => {
  const known = { box: 3, hole: 1 };
  assert.equal(above(known, { box: 3 }), []);
  assert.equal(above(known, { box: 4, mend: 1 }), ["box: 4, known are 3", "mend: 1, known are 0"]);
  assert.equal(lowered(known, { box: 2, mend: 9 }), { box: 2 });
  assert.equal(countsOf(["b", "a", "b"]), { a: 1, b: 2 });
});

test.run();
