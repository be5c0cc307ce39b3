/** Something done while a run of the real command goes on, between its two reports. */

import type { Report } from "../src/report/report.ts";
import { commandFor, environmentFor, sandbox, type User } from "./sandbox.ts";

/**
 * Runs `up --json`, gives the first report and the command's PID to `during`, and awaits the end.
 * `during` is to end the run in some way. Returns the exit code.
 */
export async function whileRunning(
  user: User,
  spec: string,
  during: (report: Report, cli: number) => void | Promise<void>,
  ...options: string[]
): Promise<number> {
  sandbox(user, "version"); // makes the user's directories
  const child = Bun.spawn(commandFor(user, ["up", "--json", "--for", "60s", ...options, spec]), {
    env: environmentFor(user),
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  let isFirst = true;
  try {
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk);
      const end = text.indexOf("\n");
      if (!isFirst || end < 0) continue;
      isFirst = false;
      await during(JSON.parse(text.slice(0, end)) as Report, child.pid);
    }
  } catch (error) {
    child.kill("SIGKILL"); // the run must not outlive a test that failed
    throw error;
  }
  return child.exited;
}
