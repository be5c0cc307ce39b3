/**
 * What the launcher (native/launch) found out before this program began, and what the caller's
 * environment was. I/O. From source there is no launcher, and nothing was found out.
 */

import * as fs from "node:fs";

/** Words that the launcher has left; undefined where there was none. */
const words = process.env["SANDBOX_LAUNCH"]?.split(" ");

/** False: the working directory was deleted or has no path. This program's own is then `/`. */
export const HAS_DIRECTORY = words?.includes("no-directory") !== true;

/** Names the launcher hides, as they would steer this program: their first letter is a sign. */
const STEERING = /^.(UN|ODE|IMALLOC)_/i;

/** A variable of the caller's, whatever this program's own environment has of that name. */
export function callerVariable(name: string): string | undefined {
  const isHidden = words !== undefined && STEERING.test(name);
  return process.env[isHidden ? `@${name.slice(1)}` : name];
}

/** Whether SIGHUP was ignored when this program began, as by nohup(1). */
export function ignoresHangUp(): boolean {
  try {
    const status = fs.readFileSync("/proc/self/status", "latin1");
    // A mask in hexadecimal digits; SIGHUP is signal 1 and so bit 0. Source: proc_pid_status(5).
    return (Number.parseInt(/^SigIgn:.*([0-9a-f])$/m.exec(status)?.[1] ?? "0", 16) & 1) === 1;
  } catch {
    return false;
  }
}
