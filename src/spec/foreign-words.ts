/**
 * What other tools call the fields of a spec, or have and a spec has not: the one table, for findings
 * and for `docs/coming-from.md`. Pure; loaded only where something is unknown.
 */

import type { Field } from "./schema.ts";
import { nearest } from "./suggest.ts";

/** Also the anchors of `docs/coming-from.md`. */
export const TOOLS = {
  compose: "Compose",
  "process-compose": "process-compose",
  kubernetes: "Kubernetes",
  systemd: "systemd",
  oci: "OCI",
  bubblewrap: "bubblewrap",
  other: "other tools",
} as const;

export type Tool = keyof typeof TOOLS;

/** The map that a word stands in: a node of the tree, or the value of a field. */
export type Within = "spec" | "sandbox" | "process" | "stop" | "user" | "expect" | "namespaces";

/** Names of the language that the schema does not have yet. */
type PlannedField =
  | "mounts"
  | "net"
  | "ready"
  | "restart"
  | "resources"
  | "capabilities"
  | "seccomp"
  | "no_new_privs"
  | "sysctl"
  | "tty"
  | "scheduler"
  | "cpus";

export interface ForeignWord {
  readonly tool: Tool;
  readonly within: Within;
  /** As it is written there. */
  readonly word: string;
  /** What a spec has for it; null: nothing, and `help` says why, or what to do instead. */
  readonly field: Field | PlannedField | null;
  /** How to write it, behind "write `field`"; may be empty. */
  readonly help: string;
}

/** Words that mean the same, separated by blanks. */
type Row = readonly [words: string, field: Field | PlannedField | null, help: string];

const COMMAND = "a program and its arguments; `shell` for a script";
const WAITS = "names, or a map to `started`, `exited` or `succeeded`";
const SIGNAL = "{signal: INT}";
const GRACE = "{grace: 10s}";
const NO_IMAGE = "there are no images: name a program of this host with `run`";
const NAMED = "remove it: its name is its key in `processes` or `sandboxes`";
const MEASURES = "memory, processors and numbers of processes";
const NO_FILE = "there is no such file to read: write the variables into `env`";
const OWN_PROCESS =
  "make it a process of its own, which this one names in `depends_on: {NAME: succeeded}`";
const HANDLED = "remove it: a sandbox has nothing like it";

const ROWS: Readonly<Record<Tool, Partial<Readonly<Record<Within, readonly Row[]>>>>> = {
  compose: {
    spec: [
      ["name", "sandbox", ""],
      ["services", "processes", "each service by its name"],
      ["version", null, "remove it: a spec has no version"],
      [
        "networks",
        "net",
        "sandboxes share the network of the host unless `namespaces: {net: new}`",
      ],
      ["volumes configs secrets", "mounts", ""],
    ],
    process: [
      ["command entrypoint", "run", COMMAND],
      ["environment", "env", "{NAME: value}"],
      ["env_file", null, NO_FILE],
      ["working_dir", "cwd", ""],
      ["scale deploy", "replicas", "a number"],
      ["extends", "use", "the name of one of `templates`"],
      ["links external_links", "depends_on", WAITS],
      ["healthcheck", "ready", ""],
      ["stop_signal", "stop", SIGNAL],
      ["stop_grace_period", "stop", GRACE],
      ["ulimits", "limits", "{nofile: 1024}"],
      ["group_add", "user", "{groups: [1000]}"],
      ["stdin_open", "stdin", "inherit"],
      ["logging", "stdout", "{file: PATH}"],
      ["container_name", null, NAMED],
      ["init", null, "remove it: each sandbox has an init that reaps, or one of `init: NAME`"],
      ["image build platform pull_policy", null, NO_IMAGE],
      ["volumes tmpfs devices configs secrets shm_size", "mounts", ""],
      ["ports expose networks extra_hosts dns", "net", "a process has the host's network"],
      ["network_mode", "namespaces", "{net: new}"],
      ["ipc uts userns_mode cgroup", "namespaces", "each kind as `new` or `inherit`"],
      ["cap_add cap_drop", "capabilities", "none are kept"],
      ["privileged", "capabilities", "none are kept"],
      ["security_opt", "seccomp", ""],
      ["read_only", "root", "`host`, the default, is read-only"],
      ["sysctls", "sysctl", ""],
      ["mem_limit mem_reservation memswap_limit cpu_shares pids_limit", "resources", MEASURES],
      ["cpuset", "cpus", ""],
      ["profiles", null, "write another spec, or a parameter that is its `replicas`"],
      ["labels annotations", "description", "text, or keys of your own that begin with `x-`"],
    ],
  },
  "process-compose": {
    spec: [
      ["environment", "env", "{NAME: value}"],
      ["vars", "params", "{NAME: {type: string, default: VALUE}}"],
      ["is_strict log_level log_location disable_env_expansion", null, HANDLED],
      ["shell", null, "a script runs in /bin/sh: write `shell: SCRIPT` in its process"],
    ],
    process: [
      ["command", "run", COMMAND],
      ["availability", "restart", ""],
      ["exit_on_failure", "essential", "`true`"],
      ["readiness_probe liveness_probe ready_log_line", "ready", ""],
      ["shutdown", "stop", "{signal: TERM, grace: 10s}"],
      ["log_location", "stdout", "{file: PATH}"],
      ["namespace", null, "put the process into a sandbox of this name, below `sandboxes`"],
      ["is_tty", "tty", ""],
      ["is_daemon", null, "run the program in the foreground: a daemon ends with its sandbox"],
      ["disabled", "replicas", "0"],
      ["is_elevated", null, "run `sandbox` itself with more rights"],
      ["is_foreground is_dotenv_disabled", null, HANDLED],
    ],
    stop: [
      ["timeout_seconds", "grace", "a number and a unit, such as 10s"],
      ["parent_only", "scope", "`process`"],
      ["command", null, "a process is stopped by a signal: handle it, or write another `signal`"],
    ],
  },
  kubernetes: {
    process: [
      ["args", "run", "the program and all its arguments in one list"],
      ["workingDir", "cwd", ""],
      ["envFrom", null, NO_FILE],
      ["readinessProbe livenessProbe startupProbe", "ready", ""],
      ["restartPolicy", "restart", ""],
      ["terminationGracePeriodSeconds", "stop", GRACE],
      ["volumeMounts", "mounts", ""],
      ["securityContext", "user", "{uid: 1000, gid: 1000}"],
      ["initContainers lifecycle", null, OWN_PROCESS],
      ["containers", "processes", "each container by its name"],
      ["hostPID hostNetwork hostIPC", "namespaces", "each kind as `new` or `inherit`"],
      ["activeDeadlineSeconds", "timeout", "a number and a unit, such as 5m"],
    ],
  },
  systemd: {
    process: [
      ["ExecStart", "run", COMMAND],
      ["ExecStartPre ExecStartPost ExecStopPost", null, OWN_PROCESS],
      ["ExecStop ExecReload", "stop", SIGNAL],
      ["WorkingDirectory", "cwd", ""],
      ["RootDirectory RootImage", "root", "`host`, `host-rw` or `inherit`"],
      ["Environment", "env", "{NAME: value}"],
      ["EnvironmentFile", null, NO_FILE],
      ["PassEnvironment", "inherit_env", "a list of names"],
      ["User Group DynamicUser", "user", "{uid: 1000, gid: 1000}"],
      ["SupplementaryGroups", "user", "{groups: [1000]}"],
      ["Requires Wants After BindsTo Requisite", "depends_on", WAITS],
      ["Before RequiredBy WantedBy", null, "name this one in the `depends_on` of the other"],
      ["OnFailure", "essential", "`true` stops the run if it fails"],
      ["RestartSec StartLimitBurst", "restart", ""],
      ["Type", "ready", "a process counts as started once its program runs"],
      ["TimeoutStopSec", "stop", GRACE],
      ["TimeoutSec RuntimeMaxSec", "timeout", ""],
      ["KillSignal", "stop", SIGNAL],
      ["KillMode", "stop", "{scope: process}"],
      ["OOMScoreAdjust", "oom_score_adj", ""],
      ["StandardInput", "stdin", "null, inherit, {file: PATH} or {text: TEXT}"],
      ["StandardOutput", "stdout", "log, inherit, null or {file: PATH}"],
      ["StandardError", "stderr", "log, inherit, null, stdout or {file: PATH}"],
      ["LimitNOFILE", "limits", "{nofile: 1024}"],
      ["LimitNPROC", "limits", "{nproc: 64}"],
      ["LimitCORE", "limits", "{core: 0}"],
      ["LimitAS LimitMEMLOCK LimitSTACK LimitFSIZE LimitDATA", "limits", "{as: 1G}"],
      ["MemoryMax MemoryHigh TasksMax CPUQuota CPUWeight IOWeight", "resources", MEASURES],
      ["CPUAffinity", "cpus", ""],
      ["CPUSchedulingPolicy", "scheduler", ""],
      ["CapabilityBoundingSet AmbientCapabilities", "capabilities", "none are kept"],
      ["NoNewPrivileges", "no_new_privs", "it is on"],
      ["SystemCallFilter", "seccomp", ""],
      ["PrivateTmp", "mounts", "/tmp is a tmpfs of the sandbox's own"],
      ["ProtectSystem ProtectHome ReadOnlyPaths", "root", "`host`, the default, is read-only"],
      ["ReadWritePaths BindPaths BindReadOnlyPaths TemporaryFileSystem", "mounts", ""],
      ["PrivateNetwork", "namespaces", "{net: new}"],
      ["PrivatePIDs", "namespaces", "{pid: new}, the default"],
      ["PrivateUsers", "namespaces", "{user: new}"],
      ["PrivateDevices", null, "remove it: /dev is a minimal one"],
    ],
    stop: [["timeout", "grace", "a number and a unit, such as 10s"]],
  },
  oci: {
    process: [
      ["terminal", "tty", ""],
      ["noNewPrivileges", "no_new_privs", "it is on"],
      ["rlimits", "limits", "{nofile: {soft: 1024, hard: 4096}}"],
      ["additionalGids", "user", "{groups: [1000]}"],
      ["uidMappings gidMappings", "user", "{map: [{inside: 0, outside: 1000}]}"],
      ["hooks", null, OWN_PROCESS],
      ["rootfs", "root", "`host`, `host-rw` or `inherit`"],
      ["maskedPaths readonlyPaths", null, "remove it: what the host's /proc shows is covered"],
    ],
    user: [["additionalGids", "groups", "[1000]"]],
  },
  bubblewrap: {
    process: [
      ["chdir", "cwd", ""],
      ["setenv", "env", "{NAME: value}"],
      ["unsetenv clearenv", "inherit_env", "names of the caller's; all others are unset"],
      ["bind ro-bind dev-bind ro-bind-try symlink overlay", "mounts", ""],
      ["proc dev", null, "remove it: a sandbox has its own /proc and a minimal /dev"],
      [
        "unshare-all",
        "namespaces",
        "pid, mount, ipc, uts and cgroup are new; {net: new, user: new}",
      ],
      ["unshare-pid", "namespaces", "{pid: new}, the default"],
      ["unshare-net share-net", "namespaces", "{net: new} or {net: inherit}"],
      ["unshare-user", "namespaces", "{user: new}"],
      ["unshare-ipc unshare-uts unshare-cgroup", "namespaces", "they are new"],
      ["die-with-parent new-session", null, "remove it: it is always so"],
      ["as-pid-1", "init", "the name of the process"],
      ["uid gid", "user", "{uid: 0, gid: 0}"],
    ],
  },
  other: {
    process: [
      ["cmd exec argv script program path", "run", COMMAND],
      ["environ envs vars", "env", "{NAME: value}"],
      ["workdir dir directory", "cwd", ""],
      ["chroot", "root", "`host`, `host-rw` or `inherit`"],
      ["instances count numprocs", "replicas", "a number"],
      ["dependsOn needs requires after", "depends_on", WAITS],
      ["autostart autorestart", "restart", ""],
      ["stopsignal kill_signal", "stop", SIGNAL],
      ["stopwaitsecs kill_timeout stopTimeout", "stop", GRACE],
      ["caps", "capabilities", "none are kept"],
      ["rlimit", "limits", "{nofile: 1024}"],
      ["name", null, NAMED],
    ],
    spec: [["jobs tasks programs apps", "processes", "each by its name"]],
    stop: [
      ["kill_after", "grace", "a number and a unit, such as 10s"],
      ["sig stop_signal", "signal", ""],
    ],
    expect: [["status exit_code exit_status code returncode", "exit", ""]],
    namespaces: [
      ["network", "net", ""],
      ["mnt filesystem", "mount", ""],
      ["process", "pid", ""],
      ["userns", "user", ""],
      ["hostname", "uts", ""],
    ],
  },
};

/** What other tools call one of a few values that a field takes, or is to take. */
const VALUES: Readonly<Record<string, string>> = {
  service_started: "started",
  process_started: "started",
  service_completed_successfully: "succeeded",
  process_completed_successfully: "succeeded",
  completed_successfully: "succeeded",
  process_completed: "exited",
  completed: "exited",
  service_healthy: "ready",
  process_healthy: "ready",
  process_log_ready: "ready",
  healthy: "ready",
  host: "inherit",
  shared: "inherit",
  private: "new",
  none: "new",
  journal: "log",
  syslog: "log",
  "/dev/null": "null",
  discard: "null",
  "control-group": "group",
};

/** What is said of a text that another tool takes for a field of ours, by that field; null: nothing. */
export function foreignText(field: string, text: string): string | null {
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (field === "user" && uid !== undefined) {
    return `write {uid: ${uid}${gid === undefined ? "" : `, gid: ${gid}`}}`;
  }
  if (field === "user") return "write the number of the user: {uid: 1000}; `id -u NAME` has it";
  if (field === "pid" && (text === "host" || text === "private")) {
    const mode = text === "host" ? "inherit" : "new";
    return `write \`namespaces: {pid: ${mode}}\` in the sandbox; \`pid\` is the number of a process`;
  }
  return null;
}

/** What the value of another tool is here; null where no tool has it. */
export function foreignValue(value: string): string | null {
  return Object.hasOwn(VALUES, value) ? (VALUES[value] ?? null) : null;
}

/** All words, in the order of the tools. */
export const FOREIGN_WORDS: readonly ForeignWord[] = Object.entries(ROWS).flatMap(([tool, maps]) =>
  Object.entries(maps).flatMap(([within, rows]) =>
    rows.flatMap(([words, field, help]) =>
      words
        .split(" ")
        .map((word) => ({ tool: tool as Tool, within: within as Within, word, field, help })),
    ),
  ),
);

const byWord = Map.groupBy(FOREIGN_WORDS, ({ word }) => normal(word));

/** `workingDir`, `working_dir` and `--working-dir` are one word. */
function normal(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, "");
}

/** What a word of one of these maps, the nearest first, is there; null where no tool has it. */
export function foreignWord(word: string, within: readonly string[]): ForeignWord | null {
  const all = byWord.get(normal(word)) ?? [];
  const own = within.flatMap((map) => all.filter((each) => each.within === map));
  return own[0] ?? null;
}

/** Letters of a word that a slip of the pen still shows. */
const NEAR_LENGTH_MIN = 5;

/** The same for a word that is misspelt. */
export function nearForeignWord(word: string, within: readonly string[]): ForeignWord | null {
  const near = word.length < NEAR_LENGTH_MIN ? null : nearest(normal(word), byWord.keys());
  return near === null ? null : foreignWord(near, within);
}
