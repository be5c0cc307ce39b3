/** Limits of one spec that are ours: check, image and shim hold to the same. Pure. */

/** Processes of a spec, replicas counted. */
export const PROCESS_COUNT_MAX = 1_000_000;

/** Sandboxes of a spec, copies counted. */
export const SANDBOX_COUNT_MAX = 65_536;
