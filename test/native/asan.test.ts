/** Every test file that runs sandboxes, again, against the build with ASan and UBSan. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../sandbox.ts";

const test = suite("asan");

/** The longest first: two go on at a time. */
const FILES = [
  "test/native/shim.test.ts",
  "test/sandboxes.test.ts",
  "test/native/trace.test.ts",
  "test/cli/capture.test.ts",
  "test/native/pid-mode.test.ts",
  "test/engine/snapshot.test.ts",
  "test/cli/pid.test.ts",
  "test/cli/main.test.ts",
  "test/cli/doctor.test.ts",
  "test/engine/random-spec.test.ts",
  "test/engine/attributes.test.ts",
  "test/engine/time-namespace.test.ts",
  "test/cli/up.test.ts",
  "test/cli/live.test.ts",
  "test/cli/verdict.test.ts",
];

const built = Bun.spawnSync(["make", "-s", "-C", "native", "asan"], { cwd: root });
assert.is(built.exitCode, 0, built.stderr.toString());

interface Ran {
  readonly code: number;
  readonly output: string;
}

async function runFile(file: string): Promise<Ran> {
  const child = Bun.spawn(["setarch", "-R", process.execPath, file], {
    // Some random addresses are in the way of the sanitizer's shadow.
    cwd: root,
    env: {
      ...process.env,
      SANDBOX_SHIM: `${root}/build/native/asan/sandbox-shim`,
      // The shim has no heap that could leak, and what ptrace traces cannot be looked through.
      ASAN_OPTIONS: "detect_leaks=0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, output: out + err };
}

/** Two at a time: most of what they do is to wait for sandboxes. */
function startAll(): ReadonlyMap<string, Promise<Ran>> {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  return new Map(
    FILES.map((file, index) => {
      const ran = (lanes[index % lanes.length] ?? Promise.resolve()).then(() => runFile(file));
      lanes[index % lanes.length] = ran;
      return [file, ran] as const;
    }),
  );
}

const runs = startAll();
for (const file of FILES) {
  test(`${file} passes against the sanitizer build`, async () => {
    const ran = await runs.get(file);
    assert.is(ran?.code, 0, ran?.output);
  });
}

test.run();
