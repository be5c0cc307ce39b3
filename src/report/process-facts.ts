/** What is known of one process, for people: at most 80 columns where names allow. Pure. */

import { escapeText } from "../base/escape.ts";
import { wrap } from "../base/wrap.ts";
import type { FactsLevel, ProcessFacts } from "../ir/process-facts.ts";

const HIDDEN = "not ours to see";

export function factsText(facts: ProcessFacts, columns: number): string {
  const { comm, pid, uid, levels, namespaces, cgroup, container, sandbox } = facts;
  const field = (name: string, text: string) =>
    wrap(`${name.padEnd(11)}${escapeText(text)}`, columns, 11);
  const fields = [
    field("command", commandText(facts)),
    cgroup === null ? null : field("cgroup", cgroup),
    container === null ? null : field("container", containerText(container)),
    sandbox === null ? null : field("sandbox", sandboxText(sandbox)),
  ];
  const kinds = Object.entries(namespaces).map(([kind, { inode, here }]) => [
    kind,
    inode === null ? "-" : String(inode),
    inode === null ? HIDDEN : here ? "yes" : "no",
  ]);
  return [
    `${escapeText(comm)}, process ${pid} of user ${uid}, ${stateText(facts.state)}`,
    ...fields.filter((line) => line !== null),
    "",
    ...aligned(["LEVEL", ">PID", "PID NAMESPACE", "ITS INIT"], levels.map(levelCells)),
    "",
    ...(isHidden(facts) ? [] : [...aligned(["KIND", ">NAMESPACE", "SHARED WITH US"], kinds), ""]),
    ...notes(facts).map((note) => wrap(note, columns, 2)),
    "",
  ].join("\n");
}

/** As the report has it: of an init of the shim's the arguments are nobody's concern. */
function commandText({ comm, argv, sandbox }: ProcessFacts): string {
  if (sandbox?.kind === "init" || argv.length === 0) return `[${comm}]`;
  return argv.join(" ");
}

function isHidden({ namespaces }: ProcessFacts): boolean {
  return Object.values(namespaces).every(({ inode }) => inode === null);
}

function levelCells({ level, pid, pidns, init, initComm }: FactsLevel): string[] {
  return [
    String(level),
    String(pid),
    pidns === null ? HIDDEN : `pid:[${pidns}]`,
    init === null ? "-" : `${init} ${escapeText(initComm ?? "")}`,
  ];
}

function containerText({ engine, id, pod }: NonNullable<ProcessFacts["container"]>): string {
  const short = /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
  return `${engine} ${short}${pod === null ? "" : `, pod ${pod}`}`;
}

function sandboxText({ run, path, kind }: NonNullable<ProcessFacts["sandbox"]>): string {
  const whole = path === "" ? run : `${run}/${path}`;
  if (kind === "forked") return `${whole}, forked there`;
  return kind === "joined" ? `${whole}, come from outside` : whole;
}

/** Source: proc_pid_stat(5). */
const STATES: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "waiting for a device",
  T: "stopped",
  t: "traced",
  Z: "a zombie",
  X: "dead",
  I: "idle",
};

function stateText(state: string): string {
  return STATES[state] ?? state;
}

function notes(facts: ProcessFacts): string[] {
  const { observer, levels, childrenPidns } = facts;
  const unknown = levels.some(({ pidns }) => pidns === null);
  return [
    observer.isForeign
      ? "Level 0 is the PID namespace that /proc shows, which is not this program's own."
      : observer.isInitial
        ? "Level 0 is this machine's own PID namespace; there is none above it."
        : "Level 0 is the PID namespace here; those above it cannot be seen from inside.",
    ...(isHidden(facts)
      ? [
          "Its namespaces can be seen by its own user and by root only; the PIDs are the kernel's all the same.",
        ]
      : unknown
        ? ["Some namespaces are not ours to see; the PIDs are the kernel's all the same."]
        : []),
    ...(childrenPidns === null ? [] : [`Its children are born into pid:[${childrenPidns}].`]),
  ];
}

/** A title with `>` before it has its column to the right. */
function aligned(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const head = titles.map((title) => title.replace(/^>/, ""));
  const widths = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, Bun.stringWidth(row[column] ?? "")), title.length),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const space = " ".repeat(Math.max(0, (widths[column] ?? 0) - Bun.stringWidth(cell)));
        return titles[column]?.startsWith(">") ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}
