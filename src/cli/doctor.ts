/** `sandbox doctor`: what this host can do, tried by running the shim on small plans. */

import * as fs from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { checkSpec } from "../check/check.ts";
import { hasAdmin, levelsLeft, userNamespaceObstacle } from "../host/preflight.ts";
import { shimPath } from "../host/shim-path.ts";
import { planOf } from "../plan/plan-of.ts";
import { traceOptions } from "../run/monitor.ts";
import { tracerText } from "../run/tracer-text.ts";
import { encodeImage } from "../wire/encode.ts";
import { decodeTable } from "../wire/table.ts";
import { decodeTrace } from "../wire/trace.ts";
import { STDOUT, write } from "./terminal.ts";

interface Finding {
  readonly feature: string;
  readonly ok: boolean;
  /** What was seen; for a failure the reason and the mend. */
  readonly detail: string;
}

/** Specs that need one feature each, in the order of dependence. */
const PROBES: readonly (readonly [feature: string, body: string])[] = [
  ["PID namespaces", "namespaces: {mount: inherit, ipc: inherit, uts: inherit, cgroup: inherit}"],
  ["mount namespace, /proc, /dev", "namespaces: {ipc: inherit, uts: inherit, cgroup: inherit}"],
  ["ipc, uts and cgroup namespaces", "hostname: doctor"],
  ["network namespace, loopback", "namespaces: {net: new}"],
  ["new user namespace", "namespaces: {user: new}"],
  ["nested sandboxes", "sandboxes: {inner: {nest: 3, processes: {b: 'true'}}}"],
];

export async function run(options: { json?: true }): Promise<number> {
  const findings = [...facts(), ...probes()];
  if (options.json) write(STDOUT, `${JSON.stringify({ doctor: 1, findings })}\n`);
  else {
    const width = findings.reduce((most, { feature }) => Math.max(most, feature.length), 0);
    for (const { feature, ok, detail } of findings) {
      write(STDOUT, `${ok ? "ok" : "no"}  ${feature.padEnd(width)}  ${detail}\n`);
    }
  }
  return findings.every(({ ok }) => ok) ? 0 : 3;
}

function facts(): Finding[] {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const isNew = major > 5 || (major === 5 && minor >= 12);
  const left = levelsLeft();
  const obstacle = hasAdmin() ? null : userNamespaceObstacle();
  return [
    {
      feature: "kernel",
      ok: isNew,
      detail: `${release()}${isNew ? "" : ": at least 5.12 is needed"}`,
    },
    { feature: "PID namespace levels left", ok: left > 0, detail: String(left) },
    {
      feature: "privilege",
      ok: obstacle === null,
      detail:
        obstacle === null
          ? hasAdmin()
            ? "root"
            : "rootless"
          : `${obstacle.message}; ${obstacle.help}`,
    },
  ];
}

function probes(): Finding[] {
  const shim = shimPath();
  if (shim === null)
    return [{ feature: "shim", ok: false, detail: "not built; run `npm run native`" }];
  const dir = fs.mkdtempSync(join(tmpdir(), "sandbox-doctor-"));
  try {
    const found = PROBES.map(([feature, body]) => probe(shim, dir, feature, body));
    return [...found.slice(0, 1), pidMode(dir), ...found.slice(1), tracing(shim, dir)];
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** Which way PIDs were given in the last run of the shim. */
function pidMode(dir: string): Finding {
  const feature = "set_tid, ns_last_pid";
  const mode = decodeTable(fs.readFileSync(join(dir, "table")), null)?.pidMode;
  return mode === "requested"
    ? { feature, ok: true, detail: "works" }
    : {
        feature,
        ok: false,
        detail:
          "refused: PIDs come in start order and pins are not kept; allow clone3 (seccomp), or use a kernel from 5.5 on with CONFIG_CHECKPOINT_RESTORE",
      };
}

function tracing(shim: string, dir: string): Finding {
  const file = fs.openSync(join(dir, "trace"), "w+");
  const found = probe(shim, dir, "tracing", "", file);
  fs.closeSync(file);
  const trace = decodeTrace(fs.readFileSync(join(dir, "trace")));
  return found.ok && trace !== null ? { ...found, detail: tracerText(trace) } : found;
}

function probe(
  shim: string,
  dir: string,
  feature: string,
  body: string,
  traceFd: number | null = null,
): Finding {
  const text = `sandbox: doctor\n${body}\nprocesses: {a: 'true'}\n`;
  const { ir } = checkSpec({ file: "doctor.yaml", text });
  if (ir === null) throw new Error(`bug: the probe for ${feature} is no right spec`);
  const image = join(dir, "plan");
  fs.writeFileSync(image, encodeImage(planOf(ir)));
  const table = fs.openSync(join(dir, "table"), "w+");
  const traced = traceFd === null ? [] : traceOptions(4);
  const { exitCode, stderr } = Bun.spawnSync([shim, "run", image, "--table", "3", ...traced], {
    timeout: 10_000,
    stdio: ["ignore", "ignore", "pipe", table, ...(traceFd === null ? [] : [traceFd])],
  });
  fs.closeSync(table);
  const said = stderr.toString().trim().split("\n")[0] ?? "";
  return {
    feature,
    ok: exitCode === 0,
    detail: exitCode === 0 ? "works" : said || `exit ${exitCode}`,
  };
}
