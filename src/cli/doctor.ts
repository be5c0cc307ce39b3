/**
 * `sandbox doctor [FILE]`: what this host can do, tried by running the shim on small plans; of a
 * spec, by running its sandboxes with processes that do nothing.
 */

import * as fs from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { GREEN, RED } from "../base/colours.ts";
import { errnoName } from "../base/errno-names.ts";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { jsonLine } from "../base/json-text.ts";
import { wrap } from "../base/wrap.ts";
import { checkSpec } from "../check/check.ts";
import type { SpecOptions } from "../engine/compile-inputs.ts";
import type { Fault, FaultText } from "../engine/fault-text.ts";
import { traceOptions } from "../engine/monitor.ts";
import { obstaclesTo } from "../engine/obstacles.ts";
import { refusalText } from "../engine/refusal.ts";
import { startOrderText } from "../engine/start-order.ts";
import { tracerText } from "../engine/tracer-text.ts";
import { temporaryHome } from "../host/base-dirs.ts";
import { confinement } from "../host/confinement.ts";
import { fixOf, limitObstacles } from "../host/limit-obstacles.ts";
import { hasAdmin, levelsLeft, userNamespaceObstacle } from "../host/preflight.ts";
import { shimPath } from "../host/shim-path.ts";
import { dryRunOf } from "../plan/dry-run.ts";
import type { Plan } from "../plan/plan.ts";
import { planOf } from "../plan/plan-of.ts";
import { encodeImage } from "../wire/encode.ts";
import { decodeTable } from "../wire/table.ts";
import { decodeTrace } from "../wire/trace.ts";
import type { Formatted } from "./command.ts";
import { type Compiled, compileFile } from "./compile.ts";
import { doctorVerdict, type Finding } from "./doctor-verdict.ts";
import { obstacleDiagnostics } from "./obstacle-diagnostics.ts";
import { columnsOf, hasColour, STDOUT, write } from "./terminal.ts";

/** A spec of a million processes takes longer, and then is said to. */
const TRY_TIMEOUT_MS = 60_000;

type Probe = readonly [feature: string, body: string];

/** Specs that need one feature each, in the order of dependence. */
const PROBES: readonly [Probe, ...Probe[]] = [
  ["PID namespaces", "namespaces: {mount: inherit, ipc: inherit, uts: inherit, cgroup: inherit}"],
  ["mount namespace, /proc, /dev", "namespaces: {ipc: inherit, uts: inherit, cgroup: inherit}"],
  ["ipc, uts and cgroup namespaces", "hostname: doctor"],
  ["network namespace, loopback", "namespaces: {net: new}"],
  ["new user namespace", "namespaces: {user: new}"],
  ["time namespace, its clocks", "namespaces: {time: {boottime: 1h}}"],
  ["nested sandboxes", "sandboxes: {inner: {nest: 3, processes: {b: 'true'}}}"],
];

/** What a spec needs that says nothing of namespaces. */
const USUAL = PROBES.slice(0, 3).map(([feature]) => feature);

export interface DoctorOptions extends SpecOptions, Formatted {}

export async function run(file: string | undefined, options: DoctorOptions): Promise<number> {
  const compiled = file === undefined ? null : await compileFile(file, options);
  if (typeof compiled === "number") return compiled;
  const findings = [...facts(), ...tried(compiled)];
  const verdict = doctorVerdict(findings, USUAL);
  if (options.format === "json") write(STDOUT, jsonLine({ doctor: 1, findings, verdict }));
  else {
    const width = findings.reduce((most, { feature }) => Math.max(most, feature.length), 0);
    const columns = columnsOf(STDOUT);
    const reasons = new Set<string>();
    for (const { feature, ok, detail } of findings) {
      const mark = ok ? "ok" : "no";
      const said = !ok && reasons.has(detail) ? "for the same reason" : detail;
      reasons.add(detail);
      const line = wrap(`${mark}  ${feature.padEnd(width)}  ${said}`, columns, width + 6);
      write(STDOUT, `${painted(ok, mark)}${line.slice(mark.length)}\n`);
    }
    write(STDOUT, `\n${wrap(escapeText(verdict), columns, 0)}\n`);
  }
  return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.host;
}

function painted(ok: boolean, mark: string): string {
  return hasColour(STDOUT) ? `\u001b[${ok ? GREEN : RED}m${mark}\u001b[0m` : mark;
}

function facts(): Finding[] {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const isNew = major > 5 || (major === 5 && minor >= 12);
  const obstacle = hasAdmin() ? null : userNamespaceObstacle();
  return [
    {
      feature: "kernel",
      ok: isNew,
      detail: `${release()}${isNew ? "" : ": at least 5.12 is needed"}`,
    },
    {
      feature: "privilege",
      ok: obstacle === null,
      detail: obstacle === null ? privilegeText() : `${obstacle.message}; ${obstacle.help}`,
    },
    ...limitObstacles().map((detail) => ({ feature: "limits", ok: false, detail })),
  ];
}

function privilegeText(): string {
  if (hasAdmin()) return "root";
  return process.geteuid?.() === 0 ? "rootless: uid 0, but without CAP_SYS_ADMIN" : "rootless";
}

/** Whatever this host refuses is a finding, and no bug. */
function tried(compiled: Compiled | null): Finding[] {
  try {
    return limitObstacles().length > 0 ? [] : probes(compiled);
  } catch (error) {
    const { code, syscall, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const what = [syscall, path].filter((part) => part !== undefined).join(" ");
    const fix = fixOf(code) ?? "look at the permissions of the folder for temporary files";
    const detail = escapeText(`cannot be tried (${what}: ${code}); ${fix}`);
    return [{ feature: "runs", ok: false, detail }];
  }
}

function probes(compiled: Compiled | null): Finding[] {
  const shim = shimPath();
  if (shim === null)
    return [{ feature: "shim", ok: false, detail: "not built; run `npm run native`" }];
  const dir = fs.mkdtempSync(join(temporaryHome(), "sandbox-doctor-"));
  try {
    const [namespaces, ...others] = PROBES;
    const ofPids = probe(shim, dir, ...namespaces);
    const first = [
      ofPids,
      pidMode(dir, ofPids.ok),
      ...others.map((each) => probe(shim, dir, ...each)),
      levels(shim, dir, ofPids.ok),
      tracing(shim, dir),
    ];
    return compiled === null ? first : [...first, ...specFindings(shim, dir, compiled)];
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

const UNTRIED = "not tried without PID namespaces";

/** Which way PIDs were given in the last run of the shim. */
function pidMode(dir: string, hasRun: boolean): Finding {
  const feature = "set_tid, ns_last_pid";
  if (!hasRun) return { feature, ok: false, detail: UNTRIED };
  const mode = decodeTable(fs.readFileSync(join(dir, "table")), null)?.pidMode;
  const ok = mode === "requested";
  return { feature, ok, detail: ok ? "works" : startOrderText(confinement()) };
}

/** /proc shows no levels above its own, so how many are left is found out by making them all. */
function levels(shim: string, dir: string, hasRun: boolean): Finding {
  const feature = "PID namespace levels left";
  if (!hasRun) return { feature, ok: false, detail: UNTRIED };
  const most = levelsLeft();
  const body = `namespaces: {mount: inherit}\nsandboxes: {inner: {nest: ${Math.max(most - 1, 1)}}}`;
  const { ok, said, outermost } = tryPlan(shim, dir, probePlan(feature, body), null);
  if (ok) return { feature, ok, detail: `${most}` };
  const had = (outermost?.level ?? 1) - 1;
  const why = outermost === null ? said : `one more is refused (${errnoName(outermost.errno)})`;
  return { feature, ok: had > 0, detail: `${had}: ${why}` };
}

function tracing(shim: string, dir: string): Finding {
  const file = fs.openSync(join(dir, "trace"), "w+");
  const finding = probe(shim, dir, "tracing", "", file);
  fs.closeSync(file);
  const trace = decodeTrace(fs.readFileSync(join(dir, "trace")));
  return finding.ok && trace !== null ? { ...finding, detail: tracerText(trace) } : finding;
}

function probe(
  shim: string,
  dir: string,
  feature: string,
  body: string,
  traceFd: number | null = null,
): Finding {
  const tried = tryPlan(shim, dir, probePlan(feature, body), traceFd);
  const [fault] = tried.faults;
  const why = fault === undefined ? tried.said : reasonOf(fault);
  return { feature, ok: tried.ok, detail: tried.ok ? "works" : why };
}

function probePlan(feature: string, body: string): Plan {
  const text = `sandbox: doctor\n${body}\nprocesses: {a: 'true'}\n`;
  const { ir } = checkSpec({ file: "doctor.yaml", text });
  if (ir === null) throw new Error(`bug: the probe for ${feature} is no right spec`);
  return planOf(ir);
}

/** To run this very command is no advice here. */
const reasonOf = ({ message, help }: Pick<FaultText, "message" | "help">) =>
  escapeText(help.includes("`sandbox doctor`") ? message : `${message}; ${help}`);

/** One finding where all of a spec's sandboxes can be had, else one for each thing that cannot. */
function specFindings(shim: string, dir: string, { plan }: Compiled): Finding[] {
  const feature = `"${plan.sandbox}"`;
  const no = (detail: string): Finding => ({ feature, ok: false, detail });
  const obstacles = obstaclesTo(plan);
  const obstacleFindings = obstacleDiagnostics(obstacles).map((each) =>
    no([reasonOf(each), ...each.notes].join("; ")),
  );
  // A trial, which has no limits, would meet all the others again.
  if (obstacles.some(({ code }) => code !== "SBX3007")) return obstacleFindings;
  const { ok, faults, said } = tryPlan(shim, dir, dryRunOf(plan), null);
  if (!ok && faults.length === 0) return [...obstacleFindings, no(said)];
  const findings = [...obstacleFindings, ...faults.map((fault) => no(reasonOf(fault)))];
  const counts = `sandboxes ${plan.sandboxes.length}, processes with inits ${plan.slots.length}`;
  return findings.length > 0 ? findings : [{ feature, ok, detail: `can be had here: ${counts}` }];
}

interface Tried {
  readonly ok: boolean;
  readonly faults: readonly FaultText[];
  readonly outermost: Fault | null;
  /** The shim's own first line, or how it ended. */
  readonly said: string;
}

function tryPlan(shim: string, dir: string, plan: Plan, traceFd: number | null): Tried {
  const image = join(dir, "plan");
  fs.writeFileSync(image, encodeImage(plan));
  const table = fs.openSync(join(dir, "table"), "w+");
  const traced = traceFd === null ? [] : traceOptions(4);
  const { exitCode, stderr } = Bun.spawnSync([shim, "run", image, "--table", "3", ...traced], {
    timeout: TRY_TIMEOUT_MS,
    stdio: ["ignore", "ignore", "pipe", table, ...(traceFd === null ? [] : [traceFd])],
  });
  fs.closeSync(table);
  const levels = plan.slots.map(({ level }) => level);
  const slots = decodeTable(fs.readFileSync(join(dir, "table")), levels)?.slots ?? [];
  return {
    ok: exitCode === 0,
    faults: slots.flatMap(({ state, fault }, slot) =>
      state === "failed" && fault !== null
        ? [refusalText(plan.slots[slot]?.path ?? "", fault, confinement())]
        : [],
    ),
    outermost: slots
      .flatMap(({ fault }) => (fault === null ? [] : [fault]))
      .reduce<Fault | null>((most, each) => (most && most.level <= each.level ? most : each), null),
    said: stderr.toString().trim().split("\n")[0] || `exit ${exitCode}`,
  };
}
