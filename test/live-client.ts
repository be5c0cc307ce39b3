/**
 * A client of a run that belongs to whichever user the run is of: a process of that user's, as the
 * monitor asks the kernel who is there. Commands and answers go to it and back as JSON lines.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectTo } from "../src/engine/client.ts";
import type { EnumValue } from "../src/wire/enums.ts";
import { eventsOfFrame, type SlotEvent } from "../src/wire/events.ts";
import { type LifeEnd, subscriptions } from "../src/wire/frames.ts";
import { decodeTable, type StateTable } from "../src/wire/table.ts";
import { environmentFor, type User } from "./sandbox.ts";

type Answer = LifeEnd | number | null;

interface Request {
  readonly id: number;
  readonly kind: EnumValue<"command_kind">;
  readonly slot?: number | undefined;
}

type Line =
  | { readonly id: number; readonly answer: Answer }
  | { readonly events: readonly SlotEvent[] };

export interface LiveClient extends AsyncDisposable {
  ask(kind: Request["kind"], slot?: number): Promise<Answer>;
  /** All that happened to any slot since the run began. */
  readonly events: readonly SlotEvent[];
  /** Restarts a slot and awaits its next start. Returns the errno. */
  restarted(slot: number): Promise<Answer>;
  /** The state table, as it is now. */
  table(levels: readonly number[]): StateTable;
}

export async function liveClient(user: User, name: string): Promise<LiveClient> {
  const directory = join(environmentFor(user)["SANDBOX_RUN_DIR"] ?? "", name);
  const child = Bun.spawn([...user.prefix, process.execPath, import.meta.path, directory], {
    env: environmentFor(user),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const events: SlotEvent[] = [];
  const answers = new Map<number, (answer: Answer) => void>();
  const starts = new Map<number, () => void>();
  /** By slot, the last life whose start was awaited: what is older comes late. */
  const lives = new Map<number, number>();
  const ready = Promise.withResolvers<void>();
  const take = (line: Line) => {
    if ("id" in line) return answers.get(line.id)?.(line.answer);
    ready.resolve();
    for (const event of line.events) {
      events.push(event);
      if (event.event !== "started" || event.generation <= (lives.get(event.slot) ?? 0)) continue;
      lives.set(event.slot, event.generation);
      starts.get(event.slot)?.();
    }
  };
  const reading = eachLine(child.stdout, (text) => take(JSON.parse(text) as Line));
  void reading.then(() => {
    ready.resolve();
    for (const answer of answers.values()) answer(null);
  });
  await ready.promise;
  let requests = 0;
  const ask: LiveClient["ask"] = (kind, slot) => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const id = ++requests;
    answers.set(id, resolve);
    child.stdin.write(`${JSON.stringify({ id, kind, slot } satisfies Request)}\n`);
    child.stdin.flush();
    return promise;
  };
  return {
    ask,
    events,
    restarted: async (slot) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      starts.set(slot, resolve);
      const errno = await ask("restart", slot);
      if (errno === 0) await promise;
      return errno;
    },
    table: (levels) => {
      const table = decodeTable(readFileSync(join(directory, "table")), levels);
      if (table === null) throw new Error("no table");
      return table;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await reading;
    },
  };
}

async function eachLine(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}

/** The process itself. */
async function serve(directory: string): Promise<void> {
  const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const tablePath = join(directory, "table");
  const run = { name: "", planPath: join(directory, "plan"), tablePath, isHere: true };
  const client = await connectTo(run, (frame) => {
    if (frame.kind === "event") say({ events: eventsOfFrame(frame.bytes) });
  });
  if (client === null) return;
  await client.ask("subscribe", { argument: subscriptions("events") });
  void client.closed.then(() => process.exit(0));
  await eachLine(Bun.stdin.stream(), async (text) => {
    const { id, kind, slot } = JSON.parse(text) as Request;
    const fields = slot === undefined ? {} : { slot };
    say({ id, answer: await (kind === "wait" ? client.wait(slot) : client.ask(kind, fields)) });
  });
}

if (import.meta.main) await serve(process.argv[2] ?? "");
