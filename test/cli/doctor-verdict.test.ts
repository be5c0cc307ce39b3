/** What doctor says at its end follows from its findings. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { doctorVerdict } from "../../src/cli/doctor-verdict.ts";

const test = suite("doctor verdict");

const verdict = (refused: readonly string[]) =>
  doctorVerdict(
    ["pid", "mount", "net"].map((feature) => ({
      feature,
      ok: !refused.includes(feature),
      detail: "",
    })),
    ["pid", "mount"],
  );

test("what is refused is named, and whether the usual spec needs it", () => {
  assert.is(verdict([]), "here sandboxes have all that they can have");
  assert.is(verdict(["net"]), "here sandboxes run, but not all: net");
  assert.is(
    verdict(["mount", "net"]),
    "here only sandboxes run that inherit what is refused: mount; net",
  );
  assert.is(
    verdict(["pid", "mount"]),
    'here no sandbox runs: the first "no" is what to mend first',
  );
});

test("where nothing could be tried, nothing runs", () => {
  const limits = [{ feature: "limits", ok: false, detail: "at most 10 open descriptors" }];
  assert.match(doctorVerdict(limits, ["pid"]), "here no sandbox runs");
});

test.run();
