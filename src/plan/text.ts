/** The plan for people: what is done, in order, and the PID of every process at every level. Pure. */

import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import { pidTable } from "../base/pid-table.ts";
import { wrap } from "../base/wrap.ts";
import type { Plan, PlanSandbox, Slot } from "./plan.ts";
import { processTexts } from "./process-text.ts";
import { sandboxTexts } from "./sandbox-text.ts";

/** Slots shown of one sandbox; the rest is counted. */
const SLOTS_SHOWN = 20;
/** Columns of a command. */
const COMMAND_WIDTH = 48;

export interface PlanLook {
  /** Width of the terminal. */
  readonly columns: number;
  /** Nothing is left out. */
  readonly isWhole?: boolean;
}

/** With a final newline. `hash` as in planHash. */
export function planText(plan: Plan, hash: string, look: PlanLook): string {
  const lines = [
    `plan ${plan.sandbox}  ${hash}`,
    `${count(plan.sandboxes.length, "sandbox", "sandboxes")}, ${count(plan.slots.length, "process", "processes")}, inits included`,
    "",
  ];
  for (const sandbox of plan.sandboxes) lines.push(...sandboxLines(plan, sandbox, look), "");
  lines.push(...pidLines(plan, look));
  return `${lines.join("\n")}\n`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function sandboxLines(plan: Plan, sandbox: PlanSandbox, look: PlanLook): string[] {
  const init = plan.slots[sandbox.initSlot];
  const members = plan.slots.slice(sandbox.slots.first, sandbox.slots.end);
  const shown = members.slice(0, look.isWhole ? Infinity : SLOTS_SHOWN);
  const left = members.length - shown.length;
  const entries: Entry[] = [
    ["clone3", `${ownName(init, sandbox)} ${pins(init)}`.trimEnd()],
    ...sandboxTexts(sandbox, plan).map(([word, text]): Entry => [word, escapeText(text)]),
    ...shown.flatMap((slot) => slotEntries(plan, sandbox, slot, look)),
    left > 0 ? ["…", `and ${left} more (--all has all)`] : null,
  ];
  const title = sandbox.path === "" ? sandbox.name : sandbox.path;
  return [
    `${title}  (level ${sandbox.level})`,
    ...entries.flatMap((entry) => linesOf(entry, look)),
  ];
}

/** A word for what is done, and with what; null: nothing. */
type Entry = readonly [word: string, text: string] | null;

const INDENT = 13;

function linesOf(entry: Entry, { columns }: PlanLook): string[] {
  if (entry === null || entry[1] === "") return [];
  const [word, text] = entry;
  return wrap(text, columns - INDENT, 0)
    .split("\n")
    .map((line, at) => cut(`  ${(at === 0 ? word : "").padEnd(INDENT - 2)}${line}`, columns));
}

/** In its own sandbox a path needs only its last name. */
function ownName(slot: Slot | undefined, { path }: PlanSandbox): string {
  const whole = slot?.path ?? "";
  return path !== "" && whole.startsWith(`${path}/`) ? whole.slice(path.length + 1) : whole;
}

function pins(slot: Slot | undefined): string {
  const pids = slot?.pids.slice(slot.pids[0] === null ? 1 : 0) ?? [];
  return pids.length === 0 ? "" : `set_tid [${pids.join(" ")}]`;
}

function slotEntries(plan: Plan, sandbox: PlanSandbox, slot: Slot, look: PlanLook): Entry[] {
  if (slot.process === null) return [];
  const { argv } = slot.process;
  const command = escapeText(argv.join(" "));
  const shown = look.isWhole ? command : cut(command, COMMAND_WIDTH);
  return [
    ["start", `${`${ownName(slot, sandbox)} ${pins(slot)}`.trimEnd()}: ${shown}`],
    ...processTexts(slot.process, plan).map((text): Entry => ["", escapeText(text)]),
  ];
}

function pidLines(plan: Plan, look: PlanLook): string[] {
  const shown = plan.slots.slice(0, look.isWhole ? Infinity : 3 * SLOTS_SHOWN);
  const { lines, hidden } = pidTable(
    shown.map(({ path, pids }) => ({
      path,
      pids: pids.map((pid) => String(pid ?? "any")),
      rest: [],
    })),
    {
      columns: look.columns,
      firstLevel: plan.slots.some(({ pids }) => pids[0] !== null) ? 0 : 1,
      rest: [],
    },
  );
  const notes = [];
  if (plan.slots.length > shown.length) {
    notes.push(`(${plan.slots.length - shown.length} more rows; --all has all)`);
  }
  if (plan.sandboxes.some(({ lastPid }) => lastPid !== null)) {
    notes.push("(requested with set_tid; a host that refuses gives PIDs in this order)");
  }
  if (hidden !== null) {
    notes.push(
      `(levels ${hidden.first} to ${hidden.last} do not fit: OWN is a process's last; --all has all)`,
    );
  }
  return [...lines, ...notes.map((note) => cut(note, look.columns))];
}
