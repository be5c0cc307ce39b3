/** What is in the directory of a run, by who puts it there. Pure. */

/** The runner's and the monitor's own; whoever removes a run touches nothing else. */
export const RUN_FILES = ["table", "trace", "plan", "control", "lock"] as const;
