/** The long ones: `npm run soak [RUNS] [SEED]`. Prints what it did; exit 1 at the first failure. */

import * as fs from "node:fs";
import {
  alive,
  commandFor,
  environmentFor,
  type Ran,
  reportsOf,
  sandbox,
  users,
  writeSpec,
} from "./sandbox.ts";

const runs = Number(process.argv[2] ?? 1000);
let seed = Number(process.argv[3] ?? 1);

/** Park and Miller: small, seeded. */
function random(): number {
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
}

function fail(what: string, ran?: Ran): never {
  console.error(`soak: ${what}\n${ran?.err ?? ""}`);
  process.exit(1);
}

const forking = `sandbox: forking
processes:
  a: {shell: "for i in 1 2 3 4 5 6 7 8; do (true) & done; wait; sleep 0.02", replicas: 2}
  late: {run: "true", depends_on: {a.1: exited}}
sandboxes:
  inner:
    init: own
    processes: {own: {shell: "(true) & (true) & sleep 0.05"}, member: {run: sleep 0.01, replicas: 2}}
`;

for (const user of users) {
  const spec = writeSpec("forking", forking);
  let first = "";
  const before = fs.readFileSync("/proc/mounts", "utf8");
  for (let run = 0; run < runs; run++) {
    const ran = sandbox(user, "up", "--json", spec);
    if (ran.code !== 0) fail(`run ${run} as ${user.name}: exit ${ran.code}`, ran);
    const pids = JSON.stringify(
      reportsOf(ran)[1]?.processes.map((row) => [row.path, row.pids.slice(1)]),
    );
    if (first === "") first = pids;
    if (pids !== first) fail(`run ${run} as ${user.name}: other PIDs: ${pids}`);
  }
  if (fs.readFileSync("/proc/mounts", "utf8") !== before) fail("mounts are left");
  console.log(`${user.name}: ${runs} runs with the same PIDs, nothing left`);

  const sleeping = writeSpec("sleeping", forking.replaceAll("sleep 0.0", "sleep 73"));
  for (let run = 0; run < Math.ceil(runs / 10); run++) {
    const child = Bun.spawn(commandFor(user, ["up", "--json", sleeping]), {
      env: environmentFor(user),
      stdio: ["ignore", "ignore", "ignore"],
    });
    await Bun.sleep(random() * 200);
    const monitor = alive("sandbox-shim")[0];
    process.kill(random() < 0.5 && monitor !== undefined ? Number(monitor) : child.pid, "SIGKILL");
    await child.exited;
    for (let tries = 0; tries < 100 && alive("sandbox-shim").length > 0; tries++)
      await Bun.sleep(20);
    if (alive("sandbox-shim").length > 0) fail(`run ${run} as ${user.name}: processes are left`);
  }
  console.log(`${user.name}: ${Math.ceil(runs / 10)} SIGKILLs at random moments, nothing left`);
}
