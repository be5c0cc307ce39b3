/** The manual has all commands, options and fields, and help the same and more. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import pkg from "../../package.json" with { type: "json" };
import { EXIT } from "../../src/base/exit-codes.ts";
import { COMMANDS } from "../../src/cli/command-list.ts";
import { ENVIRONMENT } from "../../src/cli/environment.ts";
import { manualPages } from "../../src/cli/manual.ts";
import { COMMANDS_NOT_YET } from "../../src/cli/not-yet.ts";
import { TOPICS } from "../../src/cli/topics.ts";
import { definitions } from "../../src/spec/definitions.ts";
import { root, sandbox, users } from "../sandbox.ts";

const test = suite("manual");
const user = users[0] ?? { name: "nobody", prefix: [] };
const pages = manualPages(COMMANDS, definitions);
const plain = (text: string) =>
  text.replaceAll("\\-", "-").replaceAll("\\fB", "").replaceAll("\\fR", "");

test("each command has a page with all its arguments and options", () => {
  for (const { name, arguments: args, options } of COMMANDS) {
    const text = plain(pages[`docs/man/sandbox-${name}.1`] ?? "");
    for (const { usage } of args) assert.ok(text.includes(usage), `${name} ${usage}`);
    for (const { flags } of options) assert.ok(text.includes(flags), `${name} ${flags}`);
  }
});

test("the page of the spec has every field", () => {
  const text = plain(pages["docs/man/sandbox.5"] ?? "");
  for (const part of Object.values(definitions)) {
    for (const name of Object.keys(part.properties ?? {})) {
      assert.ok(text.includes(`\n${name}: `), name);
    }
  }
});

test("no file is in the folder of the manual that is no page", () => {
  const files = fs.readdirSync(join(root, "docs/man")).map((name) => `docs/man/${name}`);
  assert.equal(files.toSorted(), Object.keys(pages).toSorted());
  assert.equal(pkg.man.toSorted(), files.toSorted(), "package.json");
});

test("variables that are read are in the list, and those in the list are read", () => {
  const files = [...new Bun.Glob("src/**/*.ts").scanSync(root)].filter(
    (path) => !path.endsWith("cli/environment.ts"),
  );
  const code = files.map((path) => fs.readFileSync(join(root, path), "utf8")).join("\n");
  const native = fs.readFileSync(join(root, "native/run/main.c"), "utf8");
  const read = new Set(
    [
      ...code.matchAll(/env\["([A-Z][A-Z_]+)"\]/g),
      ...native.matchAll(/getenv\("([A-Z_]+)"\)/g),
    ].map(([, name]) => name),
  );
  const listed = ENVIRONMENT.map(([name]) => name).filter((name) => name !== "SANDBOX_PARAM_NAME");
  for (const name of listed) assert.ok(read.has(name), `${name} is read`);
  for (const name of read) {
    if (name?.startsWith("SANDBOX_") && name !== "SANDBOX_LAUNCH") {
      assert.ok(listed.includes(name), `${name} is listed`);
    }
  }
});

test("help explains each topic, at most 80 columns wide", () => {
  for (const { name } of TOPICS) {
    const ran = sandbox(user, "help", name);
    assert.is(ran.code, 0, ran.err);
    assert.is(ran.err, "");
    for (const line of ran.out.split("\n")) assert.ok(line.length <= 80, line);
  }
  for (const code of Object.values(EXIT)) {
    assert.match(sandbox(user, "help", "exit-codes").out, new RegExp(`^ +${code} `, "m"));
  }
});

test("help on what it does not know says what there is", () => {
  const ran = sandbox(user, "help", "frobnicate");
  assert.is(ran.code, 64);
  assert.match(ran.err, /no help on "frobnicate"/);
  assert.match(ran.err, /exit-codes, environment, levels, spec/);
  assert.is(ran.out, "");
});

test("help of a command is what --help of it prints; none at all explains all", () => {
  assert.is(sandbox(user, "help", "up").out, sandbox(user, "up", "--help").out);
  const ran = sandbox(user);
  assert.is(ran.code, 0);
  assert.is(ran.out, sandbox(user, "--help").out);
});

test("a command of other tools is answered by what to do instead", () => {
  for (const name of ["stop", "logs", "exec", "down"]) {
    const ran = sandbox(user, name, "x");
    assert.is(ran.code, 64);
    assert.match(ran.err, new RegExp(`no command \`${name}\` yet\nhelp: `));
    assert.not.match(ran.err, /Did you mean/);
  }
  for (const name of Object.keys(COMMANDS_NOT_YET)) {
    assert.not.ok(
      COMMANDS.some((each) => each.name === name),
      `${name} is there now`,
    );
  }
});

test("an option of other tools, and a missing argument, are answered with the usage", () => {
  const detached = sandbox(user, "up", "-d");
  assert.is(detached.code, 64);
  assert.match(detached.err, /unknown option '-d'\nusage: sandbox up \[options\] \[file\]\n/);
  assert.match(detached.err, /help: a run is in the foreground/);
  const missing = sandbox(user, "diff");
  assert.is(missing.code, 64);
  assert.match(
    missing.err,
    /usage: sandbox diff \[options\] <before> <after>\nsee `sandbox diff --help`/,
  );
});

test.run();
