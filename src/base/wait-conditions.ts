/** What `depends_on` can wait for: the one table of names and of what each means. Pure. */

/**
 * What becomes known of a process: it was started, or it has ended, with success (exit code 0) or
 * without. What could not be started, or never was, brings none of these.
 */
export const WAIT_EVENTS = ["start", "failure", "success"] as const;
export type WaitEvent = (typeof WAIT_EVENTS)[number];

export interface WaitCondition {
  /** Any of these meets it. */
  readonly metBy: readonly WaitEvent[];
  /** As in "it waits for X to …". */
  readonly verb: string;
}

/** In the order of the numbers in a plan image. */
export const WAIT_CONDITIONS = {
  started: { metBy: ["start"], verb: "start" },
  exited: { metBy: ["failure", "success"], verb: "exit" },
  succeeded: { metBy: ["success"], verb: "succeed" },
} as const satisfies Record<string, WaitCondition>;

export type WaitConditionName = keyof typeof WAIT_CONDITIONS;

export const WAIT_CONDITION_NAMES = Object.keys(WAIT_CONDITIONS) as readonly WaitConditionName[];

export function isWaitCondition(name: string): name is WaitConditionName {
  return Object.hasOwn(WAIT_CONDITIONS, name);
}

/** Whether any of the events meets the condition. */
export function isMetBy(condition: WaitConditionName, events: readonly WaitEvent[]): boolean {
  const { metBy }: WaitCondition = WAIT_CONDITIONS[condition];
  return metBy.some((event) => events.includes(event));
}
