/** `sandbox doctor`: what this host can do, tried by running the shim on small plans. */

import * as fs from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { checkSpec } from "../check/check.ts";
import { hasAdmin, levelsLeft, userNamespaceObstacle } from "../host/preflight.ts";
import { shimPath } from "../host/shim-path.ts";
import { planOf } from "../plan/plan-of.ts";
import { encodeImage } from "../wire/encode.ts";
import { STDOUT, write } from "./terminal.ts";

interface Finding {
  readonly feature: string;
  readonly ok: boolean;
  /** What was seen; for a failure the reason and the mend. */
  readonly detail: string;
}

/** Specs that need one feature each, in the order of dependence. */
const PROBES: readonly (readonly [feature: string, body: string])[] = [
  [
    "PID namespaces, set_tid",
    "namespaces: {mount: inherit, ipc: inherit, uts: inherit, cgroup: inherit}",
  ],
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
    return PROBES.map(([feature, body]) => probe(shim, join(dir, "plan"), feature, body));
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

function probe(shim: string, image: string, feature: string, body: string): Finding {
  const text = `sandbox: doctor\n${body}\nprocesses: {a: 'true'}\n`;
  const { ir } = checkSpec({ file: "doctor.yaml", text });
  if (ir === null) throw new Error(`bug: the probe for ${feature} is no right spec`);
  fs.writeFileSync(image, encodeImage(planOf(ir)));
  const { exitCode, stderr } = Bun.spawnSync([shim, "run", image], { timeout: 10_000 });
  const said = stderr.toString().trim().split("\n")[0] ?? "";
  return {
    feature,
    ok: exitCode === 0,
    detail: exitCode === 0 ? "works" : said || `exit ${exitCode}`,
  };
}
