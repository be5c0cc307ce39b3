/** `sandbox init`: a commented spec to begin with. */

import * as fs from "node:fs";
import * as YAML from "yaml";
import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { isNodeName, nodeNameLike } from "../base/node-name.ts";
import { writeNew } from "./output-file.ts";
import { STDERR, write } from "./terminal.ts";

const SCHEMA = "schema.json";
const MODELINE = `# yaml-language-server: $schema=./${SCHEMA}`;
/** An editor would complain of a schema that is not there, and reads a line only if it begins with the name. */
const TO_HAVE_A_SCHEMA = `# For completion in your editor: \`sandbox schema > ${SCHEMA}\`, and as first line
# \`yaml-language-server: $schema=./${SCHEMA}\`, without the quotes`;

/** As formatted; each comment says what the line below it could also be. */
function starter(name: string): string {
  return `${fs.existsSync(SCHEMA) ? MODELINE : TO_HAVE_A_SCHEMA}
# Run it: sandbox up ${name}.yaml     What it will do: sandbox plan ${name}.yaml
sandbox: ${YAML.stringify(name).trimEnd()}
# Values that a run may choose: sandbox up ${name}.yaml -p workers=5
params:
  workers: {type: integer, min: 1, max: 100, default: 2}
# Done when all processes are; or \`any\`, or the name of one.
until: all
# Then everything is stopped, and the run fails.
timeout: 1m
processes:
  # A program and its arguments, without a shell.
  server: sleep 2
  # A script, once the server runs; checked at the end.
  probe:
    shell: echo I am PID $$ of $(hostname); kill -0 1
    depends_on: [server]
    expect: {exit: 0}
sandboxes:
  # PID, mount, IPC, UTS and cgroup namespaces of its own, one level further in.
  inner:
    # app is PID 1 itself; without this line the shim is, and reaps orphans.
    init: app
    hostname: inner
    processes:
      app: sleep 2
      worker: {run: sleep 1, replicas: "\${workers}"}
`;
}

export async function run(name: string): Promise<number> {
  if (!isNodeName(name)) {
    const like = nodeNameLike(name);
    const hint = like === null ? "use letters, digits, _ and -" : `did you mean ${like}?`;
    write(STDERR, `error: "${escapeText(name)}" cannot name a sandbox: ${hint}\n`);
    return EXIT.usage;
  }
  const file = `${name}.yaml`;
  try {
    writeNew(file, starter(name));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code;
    const reason =
      why === "EEXIST" ? "it is there already; give another NAME" : (why ?? "unwritable");
    write(STDERR, `error: cannot write ${file}: ${reason}\n`);
    return why === "EEXIST" ? EXIT.failed : EXIT.host;
  }
  write(STDERR, `${file} written; try \`sandbox up ${file}\`\n`);
  return EXIT.ok;
}
