/** Descriptors that are terminals, and what else programs are started with. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isTerminal } from "../../src/host/is-terminal.ts";
import { Terminal } from "../terminal.ts";

const test = suite("is-terminal");

const SCRIPT = `import { isTerminal } from "${import.meta.dir}/../../src/host/is-terminal.ts";
console.log([0, 1, 2].map((fd) => isTerminal(fd)).join());`;

test("files, and devices that are no terminals", () => {
  for (const path of ["/dev/null", "/dev/random", import.meta.path]) {
    const fd = fs.openSync(path, "r");
    assert.is(isTerminal(fd), false, path);
    fs.closeSync(fd);
  }
});

test("pipes are none, and terminals are", async () => {
  const command = [process.execPath, "-e", SCRIPT];
  const piped = Bun.spawnSync(command, { stdio: ["pipe", "pipe", "pipe"] });
  assert.is(piped.stdout.toString(), "false,false,false\n");
  const terminal = new Terminal(command, {}, 80, 24);
  assert.is(await terminal.ended(), 0);
  assert.match(terminal.output, "true,true,true");
});

test.run();
