/** Lines of many processes in one pipe: long ones, and those of others between. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, type User, users, writeSpec } from "../sandbox.ts";

const test = suite("pipe lines");
const user = users[0] as User;
sandbox(user, "version"); // makes the user's directories

test("a line of any length stays whole in a pipe, with one prefix", () => {
  const spec = writeSpec(
    "long",
    `sandbox: long
processes:
  l: {run: [python3, -c, "print(200000 * chr(65))"]}
  m: {run: [python3, -c, "print(5000000 * chr(66), end='')"]}
  s: {shell: "for i in 1 2 3 4 5 6 7 8 9; do echo short $i; sleep 0.02; done"}
`,
  );
  const { out } = sandbox(user, "up", spec);
  const lines = out.split("\n").filter((line) => /^[lms] +\|/.test(line));
  assert.equal(
    lines.map((line) => line.length).toSorted((a, b) => b - a),
    [5_000_007, 200_007, ...Array.from({ length: 9 }, () => 14)],
  );
});

test("a line without an end does not keep others from being heard, and its rest is told apart", () => {
  const spec = writeSpec(
    "endless",
    `sandbox: endless
until: talks
processes:
  floods: {shell: "head -c 200000 /dev/zero | tr '\\\\0' z; sleep 30"}
  talks: {shell: "sleep 1; yes 0123456789abcdef | head -c 3000000"}
`,
  );
  const { out, code } = sandbox(user, "up", spec);
  assert.is(code, 0);
  const talked = out.split("\n").filter((line) => line === "talks  | 0123456789abcdef").length;
  assert.is(talked, Math.floor(3_000_000 / 17));
  const flood = out.split("\n").filter((line) => /^floods +\|/.test(line));
  assert.is(flood.join("").match(/z/g)?.length, 200_000);
  assert.ok(flood.length === 1 || flood.slice(1).every((line) => line.startsWith("floods |+ ")));
});

test("a report does not come into the middle of a line that has no end yet", () => {
  const spec = writeSpec(
    "report-between",
    `sandbox: between
processes:
  late: {shell: "sleep 0.5"}
  floods: {shell: "head -c 100000 /dev/zero | tr '\\\\0' z; sleep 1; echo rest"}
  waits: {run: "true", depends_on: {late: exited}}
`,
  );
  const { out } = sandbox(user, "up", spec);
  const lines = out.split("\n").filter((line) => /^(floods|PROCESS)|z{9}/.test(line));
  const shown = lines.map((line) =>
    line
      .replace(/z{9,}/, "Z")
      .replace(/ {2,}.*/, "")
      .replace("Zrest", "rest"),
  );
  assert.equal(
    shown.filter((line) => !/^floods(\+\d+)?$/.test(line)),
    ["floods | Z", "PROCESS", "floods |+ rest", "PROCESS"],
    out.replace(/z+/g, "Z"),
  );
});

test("where stdout and stderr are one pipe every line is whole, though its reader is slow", () => {
  const spec = writeSpec(
    "both",
    `sandbox: both
processes:
  o: {shell: "yes oooooooooooooooooooo | head -30000"}
  e: {shell: "yes eeeeeeeeeeeeeeeeeeee | head -30000 >&2"}
`,
  );
  const script = `$UP ${spec} 2>&1 | (sleep 1; cat)`;
  const { stdout } = Bun.spawnSync(["bash", "-c", script], {
    env: { ...environmentFor(user), UP: commandFor(user, ["up"]).join(" ") },
    stdin: "ignore",
  });
  const lines = stdout
    .toString()
    .split("\n")
    .filter((line) => /o{9}|e{9}/.test(line));
  const whole = lines.filter((line) => /^[oe] +\| (o{20}|e{20})$/.test(line)).length;
  const commands = lines.filter((line) => /\/bin\/sh|yes/.test(line)).length;
  assert.is(whole, 60_000);
  assert.is(lines.length, whole + commands);
});

test.run();
