/** The plan for people: what is done, in order, and the PID of every process at every level. Pure. */

import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { CLONE_FLAGS, NAMESPACE_KINDS } from "../ir/namespaces.ts";
import { signalName } from "../ir/signals.ts";
import type { Mount, Plan, PlanSandbox, Slot } from "./plan.ts";

/** Slots shown of one sandbox; the rest is counted. */
const SLOTS_SHOWN = 20;
/** Columns of the PID table for paths; with nine levels of six it is 80 wide. */
const PATH_WIDTH = 26;

/** With a final newline. `hash` as in planHash. */
export function planText(plan: Plan, hash: string): string {
  const lines = [
    `plan ${plan.sandbox}  ${hash}`,
    `${count(plan.sandboxes.length, "sandbox", "sandboxes")}, ${count(plan.slots.length, "process", "processes")} with inits`,
    "",
  ];
  for (const sandbox of plan.sandboxes) lines.push(...sandboxLines(plan, sandbox), "");
  lines.push(...pidTable(plan));
  return `${lines.join("\n")}\n`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function sandboxLines(plan: Plan, sandbox: PlanSandbox): string[] {
  const init = plan.slots[sandbox.initSlot];
  const flags = NAMESPACE_KINDS.filter((kind) => sandbox.namespaces[kind] === "new");
  const named = flags.map((kind) => CLONE_FLAGS[kind]).join(" ");
  const user = sandbox.namespaces.user === "auto" ? " CLONE_NEWUSER(if not root)" : "";
  const lines = [
    `${sandbox.path === "" ? sandbox.name : sandbox.path}  (level ${sandbox.level})`,
    `  clone3   ${init?.path} ${pins(init)} ${named}${user}`.trimEnd(),
  ];
  for (const map of sandbox.uidMap)
    lines.push(`  map      ${map.inside} ${map.outside} ${map.count}`);
  if (sandbox.root !== "inherit") {
    lines.push(`  root     ${sandbox.root === "host" ? "host, read-only" : "host, writable"}`);
  }
  for (const mount of sandbox.mounts) lines.push(`  mount    ${mountText(mount)}`);
  if (sandbox.hostname !== null) lines.push(`  hostname ${escapeText(sandbox.hostname)}`);
  if (sandbox.lastPid !== null) lines.push(`  reserve  PIDs 1 to ${sandbox.lastPid} (ns_last_pid)`);
  const members = plan.slots.slice(sandbox.slots.first, sandbox.slots.end);
  for (const slot of members.slice(0, SLOTS_SHOWN)) lines.push(...slotLines(plan, slot));
  if (members.length > SLOTS_SHOWN)
    lines.push(`  … and ${members.length - SLOTS_SHOWN} more (--json has all)`);
  return lines;
}

function mountText(mount: Mount): string {
  if (mount.kind === "proc") return "proc on /proc";
  return mount.kind === "dev" ? "minimal /dev" : `tmpfs on ${mount.at}`;
}

function pins(slot: Slot | undefined): string {
  const pids = slot?.pids.slice(slot.pids[0] === null ? 1 : 0) ?? [];
  return pids.length === 0 ? "" : `set_tid [${pids.join(" ")}]`;
}

function slotLines(plan: Plan, slot: Slot): string[] {
  if (slot.process === null) return [];
  const { argv, dependsOn, stop } = slot.process;
  const lines = [`  start    ${slot.path} ${pins(slot)}: ${cut(escapeText(argv.join(" ")))}`];
  for (const { slot: other, condition } of dependsOn) {
    lines.push(`           after ${plan.slots[other]?.path} has ${condition}`);
  }
  if (stop.signal !== 15 || stop.graceMs !== 5_000) {
    lines.push(`           stop with ${signalName(stop.signal)}, KILL after ${stop.graceMs} ms`);
  }
  return lines;
}

function cut(text: string): string {
  return text.length <= 48 ? text : `${text.slice(0, 47)}…`;
}

/** Levels are cut in the middle where they are many: the first and the last say most. */
function pidTable(plan: Plan): string[] {
  const deepest = plan.slots.reduce((most, { level }) => Math.max(most, level), 0);
  const first = plan.slots.some(({ pids }) => pids[0] !== null) ? 0 : 1;
  const all = Array.from({ length: Math.max(0, deepest - first + 1) }, (_, at) => at + first);
  const levels: (number | null)[] =
    all.length <= 9 ? all : [...all.slice(0, 4), null, ...all.slice(-4)];
  const shown = plan.slots.slice(0, 3 * SLOTS_SHOWN);
  const paths = shown.map(({ path }) => shortPath(path, PATH_WIDTH));
  const width = paths.reduce((most, path) => Math.max(most, path.length), "PROCESS".length);
  const cell = (text: string) => text.padStart(6);
  const lines = [
    `${"PROCESS".padEnd(width)}${levels.map((level) => cell(level === null ? "…" : `L${level}`)).join("")}`,
  ];
  shown.forEach((slot, index) => {
    const numbers = levels.map((level) => {
      if (level === null) return cell("…");
      return cell(level > slot.level ? "·" : String(slot.pids[level] ?? "any"));
    });
    lines.push(`${(paths[index] ?? "").padEnd(width)}${numbers.join("")}`);
  });
  if (plan.slots.length > shown.length) {
    lines.push(`(${plan.slots.length - shown.length} more rows; --json has all)`);
  }
  if (plan.sandboxes.some(({ lastPid }) => lastPid !== null)) {
    lines.push("(requested with set_tid; a host that refuses gives PIDs in this order)");
  }
  if (levels.includes(null)) lines.push("(levels between are left out; --json has all)");
  return lines;
}
