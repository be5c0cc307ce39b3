/** Files that could not be read: the reason, and what is to be done about that one. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { unreadable } from "../../src/cli/unreadable.ts";
import { commandFor, environmentFor, scratch, type User, users } from "../sandbox.ts";

const test = suite("unreadable");

const help = (file: string, why: string) =>
  unreadable(file, { ok: false, kind: "unreadable", why }).help;

test("each reason has its own help", () => {
  const helps = ["EACCES", "ENOTDIR", "ELOOP", "ENOENT"].map((why) => help("/nowhere/a.yaml", why));
  assert.is(new Set(helps).size, 4);
  assert.match(helps[0] ?? "", "a user who may read it");
});

test("a name that is not in UTF-8 is said to be so, of a file and of a folder above it", () => {
  const folder = Buffer.concat([Buffer.from(join(scratch, "nu")), Buffer.from([0xff])]);
  const file = Buffer.concat([
    folder,
    Buffer.from("/r"),
    Buffer.from([0xfe]),
    Buffer.from(".yaml"),
  ]);
  fs.mkdirSync(folder);
  fs.writeFileSync(file, "sandbox: r\nprocesses: {a: 'true'}\n");
  fs.copyFileSync(file, Buffer.concat([folder, Buffer.from("/r.yaml")]));
  const [user] = users as [User];
  const script =
    'cd "$(dirname "$0")"/nu?; for each in r.yaml r?.yaml; do "$@" check $each; done; "$@" check - < r.yaml';
  const ran = Bun.spawnSync(["sh", "-c", script, join(scratch, "x"), ...commandFor(user, [])], {
    env: { ...environmentFor(user), LC_ALL: "C" },
  });
  const said = ran.stderr.toString();
  assert.is(said.match(/a folder above it, is not in UTF-8/g)?.length, 2, said);
  assert.match(said, "rename it");
  assert.is(ran.exitCode, 0, said);
});

test("the finding is at the file, for programs that read findings", () => {
  const { span } = unreadable("a.yaml", { ok: false, kind: "unreadable", why: "ENOENT" });
  assert.is(span.file, "a.yaml");
});

test("the file that was meant is named: another ending, a letter too many", () => {
  fs.writeFileSync(join(scratch, "three.yaml"), "");
  fs.writeFileSync(join(scratch, "notes.txt"), "");
  const meant = `did you mean "${join(scratch, "three.yaml")}"?`;
  assert.is(help(join(scratch, "three.yml"), "ENOENT"), meant);
  assert.is(help(join(scratch, "threee.yaml"), "ENOENT"), meant);
  assert.match(help(join(scratch, "boken.yaml"), "ENOENT"), "sandbox init");
});

test("of a folder a spec in it is named", () => {
  const { help: text } = unreadable(scratch, { ok: false, kind: "not-regular", why: "it is …" });
  assert.is(text, `name a spec in it, such as ${join(scratch, "three.yaml")}`);
});

test.run();
