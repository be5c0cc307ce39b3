/** What a process or sandbox has where its spec says nothing of it. Pure. */

/** Whom a stop reaches. */
export const STOP_SCOPES = ["group", "process"] as const;

/** SIGTERM to its process group, and after five seconds SIGKILL. */
export const DEFAULT_STOP = { signal: 15, graceMs: 5_000, scope: "group" } as const;

export const DEFAULT_UMASK = 0o022;

/** What every process starts with, so that a run is the same wherever it is started. */
export const FIXED_ENV: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/tmp",
  LANG: "C.UTF-8",
};
