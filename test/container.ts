/** Real containers of low-level engines, for tests: a program that has forked, and pauses. */

import * as fs from "node:fs";
import { join } from "node:path";
import { alive, freshMark, scratch } from "./sandbox.ts";

export interface Engine {
  readonly name: "runc" | "crun";
  /** Why it cannot be used here; null where it can. */
  readonly obstacle: string | null;
}

const isRoot = process.getuid?.() === 0;

export const engines: readonly Engine[] = (["runc", "crun"] as const).map((name) => ({
  name,
  obstacle:
    Bun.which(name) === null
      ? `this machine has no ${name}`
      : isRoot
        ? null
        : "this machine's root is needed for containers",
}));

export interface RunningContainer {
  readonly id: string;
  /** PIDs here: of its init, then of what that has forked. */
  readonly pids: readonly number[];
  readonly stop: () => Promise<void>;
}

const PROGRAM =
  "#include <unistd.h>\nint main(void) { if (fork() == 0) pause(); pause(); return 0; }\n";

/** crun refuses a hybrid of cgroup v1 and v2, which then is made v1 for it alone. */
const PURE = 'umount /sys/fs/cgroup/unified 2> /dev/null; exec "$@"';

export async function startContainer({ name }: Engine): Promise<RunningContainer> {
  const mark = freshMark();
  const bundle = bundleOf(name, mark);
  const id = `sandbox-test-${name}-${process.pid}`;
  const command = (...args: string[]) => ["unshare", "-m", "sh", "-c", PURE, "sh", name, ...args];
  const child = Bun.spawn(command("run", "--bundle", bundle, id), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const pids = () =>
    alive(mark)
      .map(Number)
      .filter(isInside)
      .toSorted((a, b) => a - b);
  const stop = async () => {
    Bun.spawnSync(command("kill", id, "KILL"));
    await child.exited;
    Bun.spawnSync(command("delete", "-f", id));
  };
  for (let tries = 0; tries < 400 && pids().length < 2 && child.exitCode === null; tries++) {
    await Bun.sleep(25);
  }
  if (pids().length === 2) return { id, pids: pids(), stop };
  await stop();
  throw new Error(`${name} did not start: ${await child.stderr.text()}`);
}

function isInside(pid: number): boolean {
  try {
    return /^NSpid:\t\d+\t/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function bundleOf(name: string, mark: string): string {
  const bundle = join(scratch, `bundle-${name}`);
  fs.mkdirSync(join(bundle, "rootfs/bin"), { recursive: true });
  for (const dir of ["proc", "dev", "sys"]) fs.mkdirSync(join(bundle, "rootfs", dir));
  const source = join(bundle, "pause.c");
  fs.writeFileSync(source, PROGRAM);
  const made = [
    ["cc", "-static", "-o", join(bundle, "rootfs/bin/pause"), source],
    [name, "spec", "--bundle", bundle],
  ].map((command) => Bun.spawnSync(command, { cwd: bundle }));
  for (const { exitCode, stderr } of made) if (exitCode !== 0) throw new Error(stderr.toString());
  const file = join(bundle, "config.json");
  const config = JSON.parse(fs.readFileSync(file, "utf8"));
  config.process.terminal = false;
  config.process.args = ["/bin/pause", mark];
  fs.writeFileSync(file, JSON.stringify(config));
  return bundle;
}
