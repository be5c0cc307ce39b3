/** What the plan's text says of a process: every field that is not its default. Pure. */

import { durationText } from "../base/duration.ts";
import { DEFAULT_STOP, FIXED_ENV } from "../base/process-defaults.ts";
import type { FieldEntry, FieldKind, KindValues } from "../fields/kinds.ts";
import { isFallback, processFieldRecord } from "../fields/process-fields.ts";
import type { Expect, Output, ResourceLimit, Stop } from "../ir/process.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan, SlotProcess } from "./plan.ts";

/** The words for a value of each kind that is not its field's default. */
const KIND_TEXTS: {
  readonly [Kind in FieldKind]: (value: NonNullable<KindValues[Kind]>) => string;
} = {
  integer: String,
  octal: (mode) => mode.toString(8).padStart(3, "0"),
  flag: String,
  duration: durationText,
  signal: signalName,
  signals: (signals) => signals.map(signalName).join(" ") || "none",
};

/** Null where there is no value: none is asked for. */
export function valueText({ kind }: FieldEntry, value: unknown): string | null {
  return value === null ? null : (KIND_TEXTS[kind] as (value: unknown) => string)(value);
}

/** Null where the value is the field's default. */
function fieldText(entry: FieldEntry, value: unknown): string | null {
  return isFallback(entry, value) ? null : `${entry.name} ${valueText(entry, value) ?? "none"}`;
}

type Texts<Key extends keyof SlotProcess> = (
  value: SlotProcess[Key],
  plan: Plan,
) => readonly (string | null)[];

/** In the order in which they are said; a field without its words here does not compile. */
const TEXTS: { readonly [Key in keyof SlotProcess]: Texts<Key> } = {
  // The command stands in the line above.
  argv: () => [],
  pins: (pins) => pins.map(({ level, pid }) => `pinned to PID ${pid} at level ${level}`),
  dependsOn: (list, plan) =>
    list.map(({ slot, condition }) => `after ${plan.slots[slot]?.path} has ${condition}`),
  cwd: (cwd) => [cwd === null ? null : `cwd ${cwd}`],
  user: (user) => [
    user === null
      ? null
      : `user ${user.uid}, group ${user.gid}${user.groups.length > 0 ? `, groups ${user.groups.join(" ")}` : ""}`,
  ],
  env: (env) =>
    env
      .filter(([name, value]) => FIXED_ENV[name] !== value)
      .map(([name, value]) => `env ${name}=${value}`),
  inheritEnv: (names) => [names.length === 0 ? null : `env of the caller: ${names.join(" ")}`],
  limits: (limits) => limits.map(limitText),
  ...processFieldRecord((entry) => (value: unknown) => [fieldText(entry, value)]),
  stdin: (stdin) => {
    if (stdin.kind === "file") return [`stdin from ${stdin.path}`];
    if (stdin.kind === "text") return [`stdin is the text ${JSON.stringify(stdin.text)}`];
    return [stdin.kind === "null" ? null : `stdin ${stdin.kind}`];
  },
  stdout: (output) => [outputText("stdout", output)],
  stderr: (output) => [outputText("stderr", output)],
  stop: (stop) => [stopText(stop)],
  expect: (expect) => (expect === null ? [] : [expectText(expect)]),
};

export function processTexts(process: SlotProcess, plan: Plan): string[] {
  return Object.entries(TEXTS).flatMap(([key, texts]) => {
    const textOf = texts as Texts<never>;
    return textOf(process[key as keyof SlotProcess] as never, plan).filter((text) => text !== null);
  });
}

function limitText({ name, soft, hard }: ResourceLimit): string {
  const text = (value: number | null) => value ?? "unlimited";
  return soft === hard
    ? `limit ${name} ${text(soft)}`
    : `limit ${name} ${text(soft)}, hard ${text(hard)}`;
}

function outputText(name: string, output: Output): string | null {
  if (output.kind === "file") return `${name} to ${output.path}`;
  return output.kind === "log" ? null : `${name} ${output.kind}`;
}

/** Null: as every process is stopped where nothing is said. */
export function stopText({ signal, graceMs, scope }: Stop): string | null {
  const isScopeUsual = scope === DEFAULT_STOP.scope;
  const isUsual = signal === DEFAULT_STOP.signal && graceMs === DEFAULT_STOP.graceMs;
  if (isUsual && isScopeUsual) return null;
  const whom = isScopeUsual ? "" : ` (${scope})`;
  return `stop with ${signalName(signal)}, KILL after ${graceMs} ms${whom}`;
}

const EXPECT_TEXTS: {
  readonly [Key in keyof Required<Expect>]: (value: NonNullable<Expect[Key]>) => readonly string[];
} = {
  pid: ({ value }) => [`pid ${value}`],
  pids: (pids) => pids.map(({ level, pid }) => `pid ${pid} at level ${level}`),
  ppid: ({ value }) => [`ppid ${value}`],
  level: ({ value }) => [`level ${value}`],
  exit: ({ value }) => [`exit ${value}`],
  signal: ({ value }) => [`signal ${signalName(value)}`],
};

function expectText(expect: Expect): string {
  const parts = Object.entries(EXPECT_TEXTS).flatMap(([key, texts]) => {
    const value = expect[key as keyof Expect];
    return value === undefined ? [] : (texts as (value: unknown) => readonly string[])(value);
  });
  return `expect ${parts.join(", ") || "nothing"}`;
}
