/** Whom a failed step of the shim speaks of; the one place that sorts them. Pure. */

import { ENUMS, type Step } from "./enums.ts";

/** `image`: the plan image is none; `host`: this host cannot; `process`: one process as written. */
export type StepScope = "image" | "host" | "process";

const SCOPES: Readonly<Record<Step, StepScope>> = {
  none: "host",
  image_open: "image",
  image_size: "image",
  image_magic: "image",
  image_version: "image",
  image_section: "image",
  image_record: "image",
  table_open: "host",
  table_map: "host",
  monitor_setup: "host",
  clone_init: "host",
  clone_process: "host",
  clone_joiner: "host",
  join: "host",
  pids_read: "host",
  pidns_open: "host",
  setgroups_deny: "host",
  uid_map: "host",
  gid_map: "host",
  userns_enter: "host",
  propagation: "host",
  root_readonly: "host",
  mount_proc: "host",
  mount_dev: "host",
  mount_tmpfs: "host",
  mask_proc: "host",
  hostname: "host",
  domainname: "host",
  loopback: "host",
  last_pid: "host",
  drop_capabilities: "host",
  no_new_privs: "host",
  session: "host",
  stdin_open: "process",
  stdout_open: "process",
  stderr_open: "process",
  log_pipe: "host",
  log_send: "host",
  limits: "process",
  groups: "process",
  gid: "process",
  uid: "process",
  cwd: "process",
  descriptors: "host",
  environment: "host",
  exec: "process",
  signal: "host",
  reap: "host",
  seal: "host",
  seccomp: "host",
  start_socket: "host",
  null_device: "host",
  mount_run: "host",
  hide_runs: "host",
  spec_dir: "host",
  userns_make: "host",
  namespaces_make: "host",
};

export function scopeOf(step: Step): StepScope {
  return SCOPES[step];
}

/** `native/gen/step-scopes.gen.h`: for each step, in order, an element of an array. */
export function stepScopesHeader(): string {
  return [
    "/* Generated from src/wire/step-scopes.ts by `npm run gen`; do not edit. */",
    ...ENUMS.step.map((step) => `SCOPE_${SCOPES[step].toUpperCase()}, /* ${step} */`),
    "",
  ].join("\n");
}
