/** What a process or sandbox has where its spec says nothing of it. Pure. */

/** SIGTERM, and after five seconds SIGKILL. */
export const DEFAULT_STOP = { signal: 15, graceMs: 5_000 } as const;

export const DEFAULT_UMASK = 0o022;
