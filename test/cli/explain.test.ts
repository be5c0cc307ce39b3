/** `sandbox explain`: a code however it is written, lists, and what to do where a run fails. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codes } from "../../src/diag/codes.ts";
import { sandbox, type User, users } from "../sandbox.ts";

const test = suite("explain");
const user = users[0] as User;
const explain = (...args: string[]) => sandbox(user, "explain", ...args);

test("a code is taken in any case, without SBX, and by its name", () => {
  const whole = explain("SBX2103").out;
  assert.match(whole, /^SBX2103 unknown-reference \(error\)\n/);
  for (const asked of ["sbx2103", "2103", "unknown-reference"])
    assert.is(explain(asked).out, whole);
});

test("without a code all are listed, with the beginning of one those that begin so", () => {
  const all = explain().out.trim().split("\n");
  assert.is(all.length, Object.keys(codes).length);
  assert.equal(explain("SBX1").out.trim().split("\n"), explain("1").out.trim().split("\n"));
  assert.ok(explain("1").out.startsWith("SBX1001  yaml-syntax\n"));
});

test("JSON has the parts of a page, and of a list each page", () => {
  const page = JSON.parse(explain("SBX4001", "--json").out);
  assert.is(page.code, "SBX4001");
  for (const part of ["name", "severity", "text", "wrong", "right"])
    assert.type(page[part], "string");
  for (const [errno, help] of Object.entries(page.causes)) {
    const line = `${errno === "*" ? "any" : errno}: ${help}`;
    assert.ok(explain("SBX4001").out.includes(line), line);
  }
  assert.ok(Object.keys(page.causes).length > 0);
  const { diagnostics } = JSON.parse(explain("--format", "json").out);
  assert.is(diagnostics.length, Object.keys(codes).length);
});

test("what is none is wrong usage, with the nearest one", () => {
  const ran = explain("unkown-reference");
  assert.is(ran.code, 64);
  assert.match(ran.err, "did you mean unknown-reference?");
  assert.match(explain("SBX9999").err, "`sandbox explain` lists all");
});

test("a failure of a run has its causes and what to do", () => {
  const { out } = explain("SBX4003");
  for (const errno of ["ENOSPC", "EEXIST", "EAGAIN", "EPERM"]) assert.match(out, `    ${errno}: `);
  for (const code of ["SBX4001", "SBX4002", "SBX3002"])
    assert.ok(explain(code).out.length > 300, code);
});

test.run();
