/** Holds the source tree to its own rules: what can be checked is checked here, not in review. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { faultText } from "../src/engine/fault-text.ts";
import { PROCESS_FIELD_ENTRIES } from "../src/fields/process-fields.ts";
import { ENUMS } from "../src/wire/enums.ts";
import { IMAGE_STRUCTS, TABLE_STRUCTS } from "../src/wire/layout.ts";
import { FRAME_STRUCTS } from "../src/wire/stream-layout.ts";
import { deadDeclarations, deadExports, deadFields, deadMembers } from "./tidy/dead.ts";
import { changelogFaults, machinePaths } from "./tidy/documents.ts";
import { FUNCTION_LINES_MAX, functionsOf } from "./tidy/functions.ts";
import { circles, FLOORS, floorBreaks } from "./tidy/imports.ts";
import { untested } from "./tidy/mirrors.ts";
import { countsOf, overRatchet } from "./tidy/ratchets.ts";
import { floorSources, nativeSources, sourcesOf, testSources } from "./tidy/source.ts";
import { BANNED, bannedWords, EXCEPTIONS, fragments } from "./tidy/words.ts";

const test = suite("tidy");

const FILE_LINES_MAX = 445;

const read = (path: string) => fs.readFileSync(path, "utf8");
const sources = floorSources();
const native = nativeSources();
const tests = testSources();
const bench = sourcesOf("bench/**/*.ts");
const ts = [...sources, ...tests.filter(({ path }) => path.endsWith(".ts"))];
/** The rules' own samples break the rules. */
const written = [...sources, ...native, ...tests, ...bench].filter(
  ({ path }) => !path.startsWith("test/tidy"),
);

test("imports only go down, dynamic ones too", () => {
  assert.equal(floorBreaks(sources), []);
});

test("no files import each other in a circle", () => {
  const known = overRatchet("circles", countsOf(circles(sources).map((each) => each.join(" "))));
  assert.equal(known, []);
});

test("every floor is known", () => {
  const floors = new Set(sources.map(({ path }) => path.split("/")[1] ?? ""));
  assert.equal(
    [...floors].filter((floor) => !FLOORS.includes(floor)),
    [],
  );
});

test("words of our own give way to the field's", () => {
  const words = written.flatMap(bannedWords);
  const over = overRatchet("words", countsOf(words.map(({ word }) => word)));
  const hints = over.map((text) => {
    const word = text.split(":")[0] ?? "";
    return `${text}; use ${BANNED[word]?.use}`;
  });
  assert.equal(hints, []);
});

test("each exception from the banned words is used", () => {
  const idle = EXCEPTIONS.filter(
    ({ use, files }) =>
      !written.some(
        ({ path, text }) =>
          files.test(path) && (text.match(/[A-Za-z_]+/g) ?? []).some((word) => use.test(word)),
      ),
  );
  assert.equal(idle, []);
});

test("comments have a subject", () => {
  const counts = countsOf(written.flatMap((each) => fragments(each).map(() => "of")));
  assert.equal(overRatchet("fragments", counts), []);
});

test(`functions have at most ${FUNCTION_LINES_MAX} lines`, () => {
  const long = written
    .flatMap(functionsOf)
    .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
    .map(({ path, name, lines }): [string, number] => [`${path} ${name}`, lines]);
  assert.equal(overRatchet("functions", Object.fromEntries(long)), []);
});

test("each export is used by another file", () => {
  const dead = deadExports(sources, [...ts, ...bench]);
  assert.equal(overRatchet("exports", countsOf(dead)), []);
});

test("each function of a C header is used by another file", () => {
  const users = [...native, ...tests.filter(({ path }) => path.endsWith(".c"))];
  assert.equal(overRatchet("declarations", countsOf(deadDeclarations(native, users))), []);
});

test("each member of an enumeration is used", () => {
  const others = sources.filter(({ path }) => path !== "src/wire/enums.ts");
  // The shim names the steps of fields by macros that the table of fields makes.
  const ofFields = PROCESS_FIELD_ENTRIES.map(([, { name }]) => name);
  const named = { ...ENUMS, step: ENUMS.step.filter((step) => !ofFields.includes(step)) };
  assert.equal(overRatchet("members", countsOf(deadMembers(named, native, others))), []);
});

test("each field of a layout is read by some code", () => {
  const readers = sources.filter(({ path }) => /^src\/(wire|engine)\/(?!layout)/.test(path));
  for (const layouts of [IMAGE_STRUCTS, TABLE_STRUCTS, FRAME_STRUCTS])
    assert.equal(deadFields(layouts, native, readers), []);
});

test("each step of the shim has a text", () => {
  const without = ENUMS.step.filter((step) =>
    faultText("a", { step, errno: 1, level: 1 }).message.includes(`step ${step} failed`),
  );
  assert.equal(overRatchet("texts", countsOf(without.filter((step) => step !== "none"))), []);
});

test("each file has a test of its name, or one that imports it", () => {
  assert.equal(overRatchet("untested", countsOf(untested(sources, tests))), []);
});

test("each floor with code has tests", () => {
  const floors = new Set(sources.map(({ path }) => path.split("/")[1] ?? ""));
  const bare = [...floors].filter(
    (floor) => !tests.some(({ path }) => path.startsWith(`test/${floor}/`)),
  );
  // The records of `ir` have no code of their own.
  assert.equal(bare, ["ir"]);
});

test("every file opens with what is in it", () => {
  const bare = ts.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*/.test(text));
  const bareC = native.filter(
    ({ path, text }) => !text.startsWith(`/* ${path.split("/").at(-1)} - `),
  );
  assert.equal(
    [...bare, ...bareC].map(({ path }) => path),
    [],
  );
});

/** A file whose own value is called `process` does not mean Bun's. */
const hasOwnProcess = /\bprocess(: (Slot|Found)?Process\b|, (isInit|index)\b|\))/;

test("only cli prints, exits, and reads arguments", () => {
  const loud = sources.filter(
    ({ path, text }) =>
      !path.startsWith("src/cli/") &&
      (/\bconsole\./.test(text) ||
        (!hasOwnProcess.test(text) && /process\.(exit|argv|stdout|stderr)/.test(text))),
  );
  assert.equal(
    loud.map(({ path }) => path),
    [],
  );
});

test("exit codes stand in one table", () => {
  const own = sources.filter(
    ({ path, text }) =>
      path.startsWith("src/cli/") &&
      path !== "src/cli/gen.ts" &&
      /\bEXIT\w* = |\breturn \d|\? \d+ : \d+;/.test(text),
  );
  assert.equal(
    own.map(({ path }) => path),
    [],
  );
});

test("files are short, and nothing is left to do", () => {
  const long = [...sources, ...native]
    .map(({ path, text }): [string, number] => [path, text.split("\n").length])
    .filter(([, lines]) => lines > FILE_LINES_MAX);
  assert.equal(overRatchet("files", Object.fromEntries(long)), []);
  for (const { path, text } of [...sources, ...native])
    assert.not.match(text, /\b(TODO|FIXME|XXX)\b/, path);
});

test("file names are kebab-case", () => {
  assert.equal(
    ts
      .map(({ path }) => path)
      .filter((path) => !/^[a-z0-9-]+(\.test)?\.ts$/.test(path.split("/").at(-1) ?? "")),
    [],
  );
});

test("generated files say so, and are fresh", () => {
  for (const path of [
    "native/gen/layout.gen.h",
    "native/gen/tables.gen.h",
    "docs/diagnostics.md",
    "docs/spec.md",
  ]) {
    assert.match(read(path).split("\n")[0] ?? "", /Generated from/);
  }
  const ran = Bun.spawnSync([process.execPath, "src/cli/gen.ts", "--check"]);
  assert.is(ran.exitCode, 0, ran.stderr.toString());
});

test("each markdown file has one title", () => {
  for (const path of [...new Glob("{*,docs/*}.md").scanSync(".")]) {
    const titles =
      read(path)
        .replace(/```[\s\S]*?```/g, "")
        .match(/^# .*$/gm) ?? [];
    assert.is(titles.length, 1, path);
  }
});

test("the changelog has headings, and entries that a user can read", () => {
  assert.equal(changelogFaults(read("CHANGELOG.md")), []);
});

test("nothing names a path of one machine", () => {
  const files = sourcesOf("{*,docs/**/*,bench/**/*,.ci/*,sandboxes/**/*}.{md,ts,json,yaml,sh}");
  const faults = [...sources, ...native, ...tests, ...files].filter(
    ({ path }) => !path.startsWith("test/tidy"),
  );
  assert.equal(faults.flatMap(machinePaths), []);
});

test("the shim includes nothing of the program that looks", () => {
  const breaks = native.filter(
    ({ path, text }) => !path.startsWith("native/look/") && /#include "look\//.test(text),
  );
  assert.equal(
    breaks.map(({ path }) => path),
    [],
  );
});

test("the shim has no heap", () => {
  for (const { path, text } of native.filter((each) => !each.path.startsWith("native/look/")))
    assert.not.match(text, /\b(malloc|calloc|realloc|alloca|free)\(/, path);
});

test.run();
