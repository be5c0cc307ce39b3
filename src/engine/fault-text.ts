/** What a failed step of the shim means: one sentence, and what to do where that is known. Pure. */

import { errnoName } from "../base/errno-names.ts";
import { type Step, type StepEntry, stepEntry } from "../wire/steps.ts";

export interface FaultText {
  /** SBX3xxx: the host cannot; SBX4xxx: this process could not be started as written. */
  readonly code: "SBX3001" | "SBX4001" | "SBX4002" | "SBX4003" | "SBX4012";
  readonly message: string;
  readonly help: string;
}

export interface Fault {
  readonly step: Step;
  /** Number of the errno. */
  readonly errno: number;
  readonly level: number;
}

/** Where a step says nothing of its own about an errno. */
const SCOPE_HELP: Readonly<Record<StepEntry["scope"], Readonly<Record<string, string>>>> = {
  image: { "*": "make the image again with `sandbox plan -o`" },
  host: {
    EMFILE: descriptorHelp(),
    ENFILE: descriptorHelp(),
    "*": "run `sandbox doctor` to see what this host can do",
  },
  process: {
    ENOENT:
      "name a path that exists as the process sees it: /tmp and /dev are new in a sandbox, and empty",
    ENOTDIR:
      "name a path that exists as the process sees it: /tmp and /dev are new in a sandbox, and empty",
    EACCES: "let the user of this process have it, or name another path",
    EROFS: "the host's tree is read-only in a sandbox: write below /tmp, or set `root: host-rw`",
    "*": "see `sandbox explain` for this code, and the man page of the system call",
  },
};

function descriptorHelp(): string {
  return "raise the limit of open descriptors (ulimit -n): a run needs 150, and two for each logged process that is being started";
}

/** Null for a path: it is the monitor's own. */
export function faultText(path: string | null, fault: Fault): FaultText {
  const entry = stepEntry(fault.step);
  const name = errnoName(fault.errno);
  return {
    code: entry.code ?? (entry.scope === "process" ? "SBX4002" : "SBX3001"),
    message:
      entry.scope === "process"
        ? `process "${path}" could not be started: ${entry.text} (${name})`
        : `${path === null ? "" : `"${path}": `}${entry.text} at level ${fault.level} (${name})`,
    help: helpFor(entry, name),
  };
}

/** The step's word for this errno, the scope's, then what either says of all others. */
function helpFor({ help = {}, scope }: StepEntry, errno: string): string {
  const usual = SCOPE_HELP[scope];
  return help[errno] ?? usual[errno] ?? help["*"] ?? usual["*"] ?? "";
}
