/** Holds the source tree to its own rules: what can be checked is checked here, not in review. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("tidy");

/** Lowest first: a file may import its own floor and every floor before it, less what `never` forbids. */
const floors = [
  "base",
  "diag",
  "spec",
  "ir",
  "check",
  "plan",
  "wire",
  "host",
  "engine",
  "report",
  "lab",
  "interop",
  "editor",
  "api",
  "cli",
];

const never: Record<string, readonly string[]> = {
  ir: ["spec"],
  plan: ["spec", "check"],
  wire: ["spec", "check"],
  host: ["spec", "check", "plan", "wire"],
  report: ["spec", "check", "host", "engine"],
};

const FILE_LINES_MAX = 445;

const read = (path: string) => fs.readFileSync(path, "utf8");
const sources = [...new Glob("src/**/*.ts").scanSync(".")].toSorted();
const native = [...new Glob("native/*/*.{c,h}").scanSync(".")].filter(
  (path) => !path.includes(".gen."),
);
const tests = [...new Glob("test/**/*.ts").scanSync(".")];

test("imports only go down", () => {
  const broken: string[] = [];
  for (const path of sources) {
    const floor = path.split("/")[1] ?? "";
    for (const [, target = ""] of read(path).matchAll(/from "(?:\.\.\/)+([a-z]+)\//g)) {
      const isUp = floors.indexOf(target) > floors.indexOf(floor);
      if (isUp || never[floor]?.includes(target)) broken.push(`${path} imports ${target}`);
    }
  }
  assert.equal(broken, []);
});

test("every file opens with what is in it", () => {
  const bare = [...sources, ...tests].filter((path) => !/^\/\*\*/.test(read(path)));
  const bareC = native.filter((path) => !read(path).startsWith(`/* ${path.split("/").at(-1)} - `));
  assert.equal([...bare, ...bareC], []);
});

/** A file whose own value is called `process` does not mean Bun's. */
const hasOwnProcess = /\bprocess(: (Slot|Found)?Process\b|, (isInit|index)\b|\))/;

test("only cli prints, exits, and reads arguments", () => {
  const loud = sources.filter(
    (path) =>
      !path.startsWith("src/cli/") &&
      (/\bconsole\./.test(read(path)) ||
        (!hasOwnProcess.test(read(path)) && /process\.(exit|argv|stdout|stderr)/.test(read(path)))),
  );
  assert.equal(loud, []);
});

test("exit codes stand in one table", () => {
  const own = sources.filter(
    (path) =>
      path.startsWith("src/cli/") &&
      path !== "src/cli/gen.ts" &&
      /\bEXIT\w* = |\breturn \d|\? \d+ : \d+;/.test(read(path)),
  );
  assert.equal(own, []);
});

test("files are short, and nothing is left to do", () => {
  for (const path of [...sources, ...native]) {
    const text = read(path);
    assert.ok(text.split("\n").length <= FILE_LINES_MAX, `${path} is too long`);
    assert.not.match(text, /\b(TODO|FIXME|XXX)\b/, path);
  }
});

test("file names are kebab-case", () => {
  assert.equal(
    [...sources, ...tests].filter(
      (path) => !/^[a-z0-9-]+(\.test)?\.ts$/.test(path.split("/").at(-1) ?? ""),
    ),
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
  for (const path of ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/diagnostics.md"]) {
    const titles =
      read(path)
        .replace(/```[\s\S]*?```/g, "")
        .match(/^# .*$/gm) ?? [];
    assert.is(titles.length, 1, path);
  }
});

test("the C code has no heap", () => {
  for (const path of native)
    assert.not.match(read(path), /\b(malloc|calloc|realloc|alloca|free)\(/, path);
});

test.run();
