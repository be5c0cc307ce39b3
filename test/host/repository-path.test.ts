/** Paths as a forge knows them. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, scratch } from "../sandbox.ts";

const test = suite("repository path");

/** Asked where the working directory and the environment are others. */
function pathOf(file: string, cwd: string, workspace = ""): string {
  const module = join(root, "src/host/repository-path.ts");
  const script = `import { repositoryPath } from ${JSON.stringify(module)}; process.stdout.write(repositoryPath(${JSON.stringify(file)}))`;
  const ran = Bun.spawnSync([process.execPath, "-e", script], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", GITHUB_WORKSPACE: workspace },
  });
  return ran.stdout.toString();
}

test("from the top of the repository, of the job, or else of the working directory", () => {
  const dir = join(fs.realpathSync(scratch), "repo");
  fs.mkdirSync(join(dir, ".git"), { recursive: true });
  fs.mkdirSync(join(dir, "in/deep"), { recursive: true });
  assert.is(pathOf("a.yaml", join(dir, "in")), "in/a.yaml");
  assert.is(pathOf("../a.yaml", join(dir, "in")), "a.yaml");
  assert.is(pathOf(join(dir, "in/a.yaml"), dir), "in/a.yaml");
  assert.is(pathOf("a.yaml", join(dir, "in/deep"), join(dir, "in")), "deep/a.yaml");
  assert.is(pathOf("/etc/a.yaml", dir), "/etc/a.yaml");
  assert.is(pathOf("-", dir), "-");
});

test.run();
