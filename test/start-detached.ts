/**
 * Starts a plan image as a detached run and says so, for tests that need another process, as of another
 * user, to do it: `start-detached.ts IMAGE NAME`. Prints the run's directory and what came of it.
 */

import * as fs from "node:fs";
import { startDetached } from "../src/engine/detached.ts";
import { createRunDir, leaveRunDir, removeRunDir } from "../src/engine/run-dir.ts";
import { shimPath } from "../src/host/shim-path.ts";

const [image = "", name = ""] = process.argv.slice(2);
const made = createRunDir(name, true, fs.readFileSync(image));
if (!made.ok) throw new Error(`${made.reason}: ${made.detail}`);
const { dir } = made;
const detached = await startDetached({
  shim: shimPath() ?? "",
  image: dir.planPath,
  env: undefined,
  specDir: "/",
  runDir: dir.path,
  tableFd: dir.tableFd,
});
if (detached.state === "refused") removeRunDir(dir);
else leaveRunDir(dir);
console.log(JSON.stringify({ path: dir.path, ...detached }));
