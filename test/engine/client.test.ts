/** The control socket of a run: many clients, none of which can hold up the run. */

import * as fs from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Client, connectTo } from "../../src/engine/client.ts";
import type { LiveRun } from "../../src/engine/run-dir.ts";
import { eventsOfFrame, type SlotEvent } from "../../src/wire/events.ts";
import {
  encodeCommand,
  type Frame,
  FrameReader,
  streamOf,
  subscriptions,
} from "../../src/wire/frames.ts";
import { alive, environmentFor, freshMark, sandbox, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("client");
const [user] = users;
assert.ok(user);
const runs = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";

const run = (name: string): LiveRun => ({
  name,
  planPath: join(runs, name, "plan"),
  tablePath: join(runs, name, "table"),
  isHere: true,
});

/** Sends one command: the errno, or null where the run has ended. */
async function ask(name: string, ...command: Parameters<Client["ask"]>): Promise<number | null> {
  const client = await connectTo(run(name));
  const errno = client === null ? null : await client.ask(...command);
  client?.close();
  return errno;
}

const until = async (holds: () => boolean) => {
  for (let tries = 0; tries < 500 && !holds(); tries++) await Bun.sleep(20);
  return holds();
};

const ESRCH = 3;
const EINVAL = 22;
const EAGAIN = 11;
const EALREADY = 114;

const two = (mark: string) =>
  `sandbox: two\nprocesses: {a: {run: sleep ${mark}, expect: {signal: USR1}}, b: sleep ${mark}}\n`;

test("a second client signals one process, and stops the run", async () => {
  const mark = freshMark();
  const code = await whileRunning(user, writeSpec("two", two(mark)), async () => {
    assert.is(await ask("two", "signal", { slot: 1, argument: 10 }), 0);
    assert.ok(await until(() => alive(`sleep\0${mark}`).length === 1));
    assert.is(await ask("two", "stop"), 0);
  });
  assert.is(code, 0);
  assert.is(await ask("two", "stop"), null);
});

test("a client stops one process alone, whatever depends on it", async () => {
  const mark = freshMark();
  const spec = `sandbox: one
processes: {db: {run: sleep ${mark}, expect: {signal: TERM}}, web: {run: sleep ${mark}, depends_on: [db]}}
`;
  await whileRunning(user, writeSpec("one", spec), async (_, cli) => {
    assert.is(await ask("one", "stop", { slot: 1 }), 0);
    const sleeping = () => alive(`sleep\0${mark}`).length;
    assert.ok(await until(() => sleeping() === 1));
    process.kill(cli, "SIGINT");
  });
});

test("what cannot be meant is refused, and the run goes on", async () => {
  const mark = freshMark();
  await whileRunning(user, writeSpec("two", two(mark)), async (_, cli) => {
    for (const [kind, fields, errno] of [
      ["signal", { slot: 99, argument: 10 }, ESRCH],
      ["signal", { slot: 0, argument: 10 }, ESRCH],
      ["signal", { argument: 10 }, ESRCH],
      ["signal", { slot: 1, argument: 0 }, EINVAL],
      ["signal", { slot: 1, argument: 65 }, EINVAL],
      ["stop", { slot: 0 }, ESRCH],
      ["kill", { slot: 1 }, EINVAL],
      ["lease", { slot: 1 }, EINVAL],
      ["subscribe", { argument: 8 }, EINVAL],
      ["subscribe", { slot: 99, argument: 1 }, ESRCH],
      ["start", {}, ESRCH],
      ["start", { slot: 0 }, ESRCH],
      ["start", { slot: 1 }, EALREADY],
      ["restart", {}, ESRCH],
      ["restart", { slot: 99 }, ESRCH],
      ["wait", { slot: 99 }, ESRCH],
    ] as const) {
      assert.is(await ask("two", kind, fields), errno, `${kind} ${JSON.stringify(fields)}`);
    }
    assert.ok(alive(mark).length >= 2);
    process.kill(cli, "SIGINT");
  });
});

test("clients that send rubbish, stop in the middle, or read nothing hold up nobody", async () => {
  const mark = freshMark();
  const sockets: Socket[] = [];
  const code = await whileRunning(user, writeSpec("two", two(mark)), async () => {
    const path = join(runs, "two/control");
    assert.is(fs.statSync(path).mode & 0o777, 0o600);
    for (let index = 0; index < 40; index++) {
      const socket = connect(path);
      socket.on("error", () => {});
      socket.pause();
      socket.write(index % 2 === 0 ? "x".repeat(7) : Buffer.alloc(1 << 16, index));
      sockets.push(socket);
    }
    await Bun.sleep(500);
    for (const socket of sockets) socket.destroy();
    await Bun.sleep(200);
    assert.is(await ask("two", "stop"), 0);
  });
  assert.is(code, 1); // `a` did not get its USR1
  assert.equal(alive(mark), []);
});

/** What the process of `slot` printed to this client on stdout, and how much it was too slow for. */
function printed(frames: readonly Frame[], slot: number): { text: string; dropped: number } {
  const own = frames.filter((frame) => frame.slot === slot && frame.kind === "log");
  const text = own.filter((frame) => streamOf(frame) === "stdout").map(({ bytes }) => bytes);
  const dropped = frames.flatMap(({ kind, value }) => (kind === "dropped" ? [value] : []));
  return {
    text: Buffer.concat(text).toString(),
    dropped: dropped.reduce((sum, value) => sum + value, 0),
  };
}

function sizeOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, { kind, bytes }) => sum + (kind === "log" ? bytes.length : 0), 0);
}

/** A client that keeps all that it gets; views are valid until the next frame alone. */
async function collecting(name: string): Promise<{ client: Client; frames: Frame[] }> {
  const frames: Frame[] = [];
  const client = await connectTo(run(name), (frame) => {
    frames.push({ ...frame, bytes: frame.bytes.slice() });
  });
  assert.ok(client);
  return { client, frames };
}

const counting = (mark: string) => `sandbox: counting
processes:
  other: {shell: "while :; do echo other; sleep 0.05; done"}
  counts: {shell: "trap go=1 USR1; while [ -z \\"$go\\" ]; do sleep 0.05; done; for i in $(seq 200); do echo $i; done; sleep ${mark}"}
`;

test("a client gets the output that it subscribed to, beside the runner", async () => {
  const spec = writeSpec("counting", counting(freshMark()));
  await whileRunning(user, spec, async (_, cli) => {
    const { client, frames } = await collecting("counting");
    const argument = subscriptions("output");
    assert.is(await client.ask("subscribe", { slot: 2, argument }), 0);
    assert.is(await client.ask("signal", { slot: 2, argument: 10 }), 0);
    await until(() => printed(frames, 2).text.includes("200\n"));
    const lines = Array.from({ length: 200 }, (_each, index) => `${index + 1}\n`);
    assert.equal(printed(frames, 2), { text: lines.join(""), dropped: 0 });
    assert.is(printed(frames, 1).text, "");
    process.kill(cli, "SIGINT");
    await client.closed;
  });
});

const SIZE = 20_000_000;

test("a client that does not read holds up nobody, and hears what it did without", async () => {
  const mark = freshMark();
  const spec = `sandbox: flood
processes:
  flood: {shell: "wait() { go=; while [ -z \\"$go\\" ]; do sleep 0.05; done; }; trap go=1 USR1; wait; head -c ${SIZE} /dev/zero | tr '\\\\0' x; echo; wait; echo end; sleep ${mark}"}
`;
  let [text, dropped] = ["", 0];
  await whileRunning(user, writeSpec("flood", spec), async (_, cli) => {
    const argument = subscriptions("output");
    // A connection that is not read: what its socket has no space for is dropped for it alone.
    const socket = connect(join(runs, "flood/control"));
    socket.pause();
    socket.write(encodeCommand("subscribe", { argument }));
    // Who holds a lease is waited for.
    const other = await collecting("flood");
    assert.is(await other.client.ask("lease"), 0);
    assert.is(await other.client.ask("subscribe", { argument }), 0);
    assert.is(await other.client.ask("signal", { slot: 1, argument: 10 }), 0);
    assert.ok(await until(() => sizeOf(other.frames) > SIZE));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.resume();
    assert.ok(await until(() => chunks.length > 0));
    assert.is(await other.client.ask("signal", { slot: 1, argument: 10 }), 0);
    await Bun.sleep(300);
    process.kill(cli, "SIGINT");
    await other.client.closed;
    socket.destroy();
    const frames = [...new FrameReader().push(Buffer.concat(chunks))];
    ({ text, dropped } = printed(frames, 1));
    const whole = printed(other.frames, 1);
    assert.is(whole.text.length, SIZE + 1 + "end\n".length);
  });
  assert.ok(text.startsWith("xxx"));
  assert.ok(dropped > 0);
  assert.is(text.length + dropped, SIZE + 1 + "end\n".length);
});

test("a client that subscribes to events gets each of them once, from the first on", async () => {
  const mark = freshMark();
  const events: SlotEvent[] = [];
  const spec = `sandbox: heard
processes:
  a: {run: sleep ${mark}, expect: {signal: TERM}}
  w: {shell: "sleep 0.4", replicas: 40, depends_on: [a]}
`;
  await whileRunning(user, writeSpec("heard", spec), async (_, cli) => {
    const client = await connectTo(run("heard"), (frame) => {
      if (frame.kind === "event") events.push(...eventsOfFrame(frame.bytes));
    });
    assert.ok(client);
    assert.is(await client.ask("subscribe", { argument: subscriptions("events") }), 0);
    assert.ok(await until(() => events.filter(({ event }) => event === "ended").length === 40));
    process.kill(cli, "SIGINT");
    await client.closed;
  });
  const numbers = events.map(({ number }) => number);
  assert.equal(
    numbers,
    numbers.map((_, index) => index + 1),
  );
  const own = events.filter(({ slot }) => slot === 1).map(({ event }) => event);
  assert.equal(own, ["start_asked", "started", "stop_asked", "ended"]);
});

test("what each life prints comes to who subscribed, and its end to who waits", async () => {
  const mark = freshMark();
  const spec = `sandbox: again
processes: {cat: {run: cat, stdin: {text: "hello\\n"}}, b: sleep ${mark}}
`;
  await whileRunning(user, writeSpec("again", spec), async (_, cli) => {
    const { client, frames } = await collecting("again");
    assert.is(await client.ask("subscribe", { argument: subscriptions("output") }), 0);
    const end = { state: "exited", exitCode: 0, exitSignal: 0 } as const;
    assert.equal(await client.wait(1), { ...end, generation: 0 });
    for (let generation = 1; generation <= 3; generation++) {
      assert.is(await client.start(1), 0);
      assert.equal(await client.wait(1), { ...end, generation });
    }
    assert.ok(await until(() => printed(frames, 1).text.length >= 18));
    assert.equal(printed(frames, 1), { text: "hello\n".repeat(3), dropped: 0 });
    const whole = client.wait();
    process.kill(cli, "SIGINT");
    assert.equal(await whole, { ...end, exitCode: 130, generation: 0 });
  });
});

test("no more may wait than there is space for, and who has gone waits no more", async () => {
  const mark = freshMark();
  await whileRunning(user, writeSpec("two", two(mark)), async (_, cli) => {
    const [first, second] = [await connectTo(run("two")), await connectTo(run("two"))];
    assert.ok(first);
    assert.ok(second);
    const waits = Array.from({ length: 1024 }, () => first.wait(1));
    assert.is(await first.wait(1), EAGAIN);
    assert.is(await second.wait(2), EAGAIN);
    first.close();
    assert.ok((await Promise.all(waits)).every((answer) => answer === null));
    let ended = second.wait(2);
    const soon = () => Promise.race([ended, Bun.sleep(200)]);
    while ((await soon()) === EAGAIN) ended = second.wait(2);
    assert.is(await second.ask("stop", { slot: 2 }), 0);
    assert.equal(await ended, { state: "exited", exitCode: 0, exitSignal: 15, generation: 0 });
    process.kill(cli, "SIGINT");
  });
});

for (const extra of ["", "init: a\n", "namespaces: {pid: inherit}\n"]) {
  test(`a run lives as long as a client holds a lease (${extra.trim() || "its own PID namespace"})`, async () => {
    const mark = freshMark();
    const spec = writeSpec(
      "leased",
      `sandbox: leased\n${extra}processes: {a: sleep ${mark}, b: sleep ${mark}}\n`,
    );
    await whileRunning(user, spec, async (_, cli) => {
      const client = await connectTo(run("leased"));
      assert.ok(client);
      assert.is(await client.ask("lease"), 0);
      process.kill(cli, "SIGKILL");
      await Bun.sleep(2_500);
      assert.ok(alive(mark).length >= 2);
      assert.is(await client.ask("signal", { slot: 1, argument: 18 }), 0);
      client.close();
      assert.ok(await until(() => alive(mark).length === 0));
    });
  });
}

test("a process inside of a sandbox is turned away, though it is the same user's", async () => {
  const script = join(runs, "../knock.py");
  fs.writeFileSync(
    script,
    `import socket, struct, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
try:
    s.send(struct.pack("<5I", 0, 0xffffffff, 0, 0, 1))
    print("answered" if s.recv(16) else "turned away")
except OSError:
    print("turned away")
`,
  );
  const spec = `sandbox: knock
namespaces: {mount: inherit}
processes: {k: {run: [python3, ${script}, ${join(runs, "knock/control")}], user: {uid: 0}}}
`;
  const { out, code } = sandbox(user, "up", writeSpec("knock", spec));
  assert.match(out, /^k +\| turned away/m);
  assert.is(code, 0);
  fs.rmSync(script);
});

test.run();
