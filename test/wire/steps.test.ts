/** The steps of the shim: each has its words, each is one that the shim can fail at, and in C too. */

import * as fs from "node:fs";
import { constants } from "node:os";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { errnoName } from "../../src/base/errno-names.ts";
import { faultText } from "../../src/engine/fault-text.ts";
import { PROCESS_FIELD_ENTRIES } from "../../src/fields/process-fields.ts";
import { STEP_NAMES, STEPS, scopeOf } from "../../src/wire/steps.ts";
import { sandbox, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("steps");

const { ENOENT, EPERM, EMFILE, EIO } = constants.errno;

const files = [...new Glob("native/*/*.c").scanSync(".")];
const code = files.map((file) => [file, fs.readFileSync(file, "utf8")] as const);

for (const step of STEP_NAMES.filter((name) => name !== "none")) {
  test(`${step}: a user reads a sentence and what to do`, () => {
    for (const errno of [ENOENT, EPERM, EMFILE, EIO]) {
      const { code, message, help } = faultText("outer/web", { step, errno, level: 2 });
      assert.match(message, STEPS[step].text);
      assert.match(message, `(${errnoName(errno)})`);
      assert.match(message, '"outer/web"');
      assert.ok(help.length > 20, help);
      assert.is(/^SBX40(?:0[12]|12)$/.test(code), scopeOf(step) === "process");
    }
  });

  // Their functions are called by macros that the table of fields makes.
  if (PROCESS_FIELD_ENTRIES.some(([, { name, effect }]) => effect !== null && name === step))
    continue;

  test(`${step}: the shim can fail at it`, () => {
    const name = new RegExp(`\\bSTEP_${step.toUpperCase()}\\b`);
    const users = code.filter(([, text]) => name.test(text)).map(([file]) => file);
    assert.ok(users.length > 0, "no C file names it");
    assert.ok(users.length <= 3, `in ${users.length} files it can hardly be one sense`);
  });
}

test("no two steps say the same", () => {
  const texts = Object.values(STEPS).map(({ text }) => text);
  assert.is(new Set(texts).size, texts.length);
});

test("a failure that is one's own is told with its errno, and with no other's", () => {
  const settingErrno = code.flatMap(([file, text]) =>
    [...text.matchAll(/errno = (?!0;)E[A-Z]+;\n((?:[^\n]*\n){0,3})/g)].flatMap(([, after = ""]) =>
      /(epoll_create|signalfd|eventfd|timerfd|socketpair)/.test(after) ? [file] : [],
    ),
  );
  assert.equal(settingErrno, []);
});

const shim = process.env["SANDBOX_SHIM"] ?? "native/build/sandbox-shim";

/** Exit code and message of the shim alone, and the exit code of `sandbox up`. */
function bothWays(name: string, text: string) {
  const spec = writeSpec(name, text);
  const image = `${scratch}/${name}.plan`;
  const [user] = users;
  assert.ok(user);
  assert.is(sandbox(user, "plan", spec, "-o", image).code, 0);
  const alone = Bun.spawnSync([shim, "run", image], { stdin: "ignore" });
  return {
    alone: alone.exitCode,
    message: alone.stderr.toString(),
    command: sandbox(user, "up", image).code,
    spec,
  };
}

test("the shim alone names step, errno and the line of the spec", () => {
  const { message, spec } = bothWays(
    "no-program",
    "sandbox: a\nprocesses:\n  one: 'true'\n  two: /no/such/program\n",
  );
  assert.is(message, `sandbox-shim: two: exec: ENOENT, level 1, at ${spec}:4\n`);
});

for (const [what, exit, process] of [
  ["a process that cannot be as written", 1, "{run: 'true', cwd: /no/such/place}"],
  ["a program that is not there", 1, "/no/such/program"],
  ["an end with code 3", 1, "{shell: exit 3}"],
  ["success", 0, "'true'"],
] as const) {
  test(`${what}: the shim and the command exit with ${exit}`, () => {
    const { alone, command } = bothWays("both", `sandbox: b\nprocesses: {one: ${process}}\n`);
    assert.equal({ alone, command }, { alone: exit, command: exit });
  });
}

test("a file that is no image is wrong usage of the shim", () => {
  const ran = Bun.spawnSync([shim, "run", "README.md"], { stdin: "ignore" });
  assert.is(ran.exitCode, 64);
  assert.is(ran.stderr.toString(), "sandbox-shim: image_magic: EINVAL, level 0\n");
});

test.run();
