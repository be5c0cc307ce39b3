/** The environment variables that the command reads, for help and manual. Pure. */

export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["SANDBOX_PARAM_NAME", "value of the spec's parameter `name`, where `--param` gives none"],
  [
    "SANDBOX_RUN_DIR",
    "folder that holds a directory for each run; without it, `sandbox` in `XDG_RUNTIME_DIR`, for root `/run/sandbox`, else `/tmp/sandbox-UID`",
  ],
  ["SANDBOX_DEBUG", "`1`: a JSON line on standard error for each step of the native shim"],
  ["SANDBOX_SHIM", "path of the native shim, where it is not this package's own"],
  ["SANDBOX_LOOK", "path of the native program that looks at processes, likewise"],
  ["SANDBOX_TRACER", "`bpf` or `ptrace`: how `--trace` records; without it, BPF where possible"],
  ["XDG_CACHE_HOME", "where compiled plans are kept, in `sandbox`; without it, `~/.cache`"],
  ["NO_COLOR", "anything: no colours, unless `--color` says otherwise"],
  ["CLICOLOR_FORCE", "anything but `0`: colours also in pipes and files"],
  ["FORCE_COLOR", "likewise"],
];
