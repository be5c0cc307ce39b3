/** What is in force on this process, by procfs's word. */

import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../sandbox.ts";

const test = suite("confinement");

const PROBE = `import { confinement } from "${join(root, "src/host/confinement.ts")}";
const { isProcCovered, isProcSubset, hasFilter, has } = confinement();
console.log(JSON.stringify({ isProcCovered, isProcSubset, hasFilter, admin: has(21), setpcap: has(8) }));`;

function probed(...prefix: string[]): Record<string, boolean> {
  const ran = Bun.spawnSync([...prefix, process.execPath, "-e", PROBE]);
  return JSON.parse(ran.stdout.toString()) as Record<string, boolean>;
}

if (process.getuid?.() === 0) {
  test("root without a filter", () => {
    assert.equal(probed(), {
      isProcCovered: false,
      isProcSubset: false,
      hasFilter: false,
      admin: true,
      setpcap: true,
    });
  });

  test("a capability that is not there", () => {
    const dropped = probed("setpriv", "--bounding-set", "-setpcap", "--inh-caps", "-setpcap");
    assert.equal([dropped["admin"], dropped["setpcap"]], [true, false]);
  });

  test("a mount below /proc covers it", () => {
    const covers = "mount --make-rprivate /; mount --bind /proc/sys /proc/sys";
    const covered = probed("unshare", "-m", "sh", "-c", `${covers}; exec "$@"`, "sh");
    assert.is(covered["isProcCovered"], true);
  });

  test("of several mounts at /proc the uppermost counts", () => {
    const subset = "mount --make-rprivate /; mount -t proc -o subset=pid proc /proc";
    for (const [script, is] of [
      [subset, true],
      [`${subset}; mount -t proc proc /proc`, false],
    ] as const) {
      const stacked = probed("unshare", "-m", "sh", "-c", `${script}; exec "$@"`, "sh");
      assert.is(stacked["isProcSubset"], is);
    }
  });
}

test("an ordinary user has none of the capabilities", () => {
  const plain = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
  const { admin, setpcap } = probed(...(process.getuid?.() === 0 ? plain : []));
  assert.equal([admin, setpcap], [false, false]);
});

test.run();
