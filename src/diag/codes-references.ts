/** Pages of names that stand for something. Pure. */

import { type CodePage, page, spec } from "./code-page.ts";

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => index).join(", ");

export const referencesCodes = {
  SBX2103: page(
    "unknown-reference",
    "A name that nothing in the spec has. Names are looked up in this sandbox first, then outwards.",
    spec("processes:\n  db: sleep 1\n  web: {run: sleep 1, depends_on: [dbb]}"),
    spec("processes:\n  db: sleep 1\n  web: {run: sleep 1, depends_on: [db]}"),
  ),
  SBX2104: page(
    "dependency-cycle",
    "Processes wait for each other in a circle, so none would ever start.",
    spec("processes:\n  a: {run: sleep 1, depends_on: [b]}\n  b: {run: sleep 1, depends_on: [a]}"),
    spec("processes:\n  a: sleep 1\n  b: {run: sleep 1, depends_on: [a]}"),
  ),
  SBX2105: page(
    "unknown-init",
    "`init` names a process of this sandbox, without replicas, or `reaper`.",
    spec("init: ap\nprocesses: {app: sleep 1}"),
    spec("init: app\nprocesses: {app: sleep 1}"),
  ),
  SBX2106: page(
    "unknown-until",
    "`until` is `all`, `any` or the name of a process of this sandbox.",
    spec("until: wbe\nprocesses: {web: sleep 1}"),
    spec("until: web\nprocesses: {web: sleep 1}"),
  ),
  SBX2107: page(
    "init-waits",
    "A process that is its sandbox's init comes first: it cannot wait for one inside.",
    spec("init: app\nprocesses:\n  app: {run: sleep 1, depends_on: [db]}\n  db: sleep 1"),
    spec("init: app\nprocesses:\n  app: sleep 1\n  db: {run: sleep 1, depends_on: [app]}"),
  ),
  SBX2108: page(
    "dependency-twice",
    "A process waits for the same one twice. With two conditions only one could be meant.",
    spec("processes:\n  db: sleep 1\n  web: {run: sleep 1, depends_on: [db, db]}"),
    spec("processes:\n  db: sleep 1\n  web: {run: sleep 1, depends_on: [db]}"),
  ),
  SBX2109: page(
    "waits-for-own-end",
    "A process waits for the end of a sandbox that it is in. That sandbox ends after its processes, so it would never start.",
    spec("sandboxes:\n  box: {processes: {web: {run: sleep 1, depends_on: {box: exited}}}}"),
    spec(
      "processes: {web: {run: sleep 1, depends_on: {box: exited}}}\nsandboxes:\n  box: {processes: {db: sleep 1}}",
    ),
  ),
  SBX2110: page(
    "no-such-parameter",
    "`--param` or a variable SANDBOX_PARAM_… gives a value to a parameter that the spec does not declare.",
  ),
  SBX2111: page(
    "parameter-without-value",
    "A parameter without a default must be given a value: `--param NAME=VALUE`, or SANDBOX_PARAM_NAME in the environment.",
    spec(
      'params: {count: {type: integer}}\nprocesses:\n  web: {run: sleep 1, replicas: "${count}"}',
    ),
    spec(
      'params: {count: {type: integer, default: 2}}\nprocesses:\n  web: {run: sleep 1, replicas: "${count}"}',
    ),
  ),
  SBX2112: page(
    "bad-default",
    "The default of a parameter is none of its own values.",
    spec(
      'params: {count: {type: integer, max: 9, default: 10}}\nprocesses:\n  web: {run: sleep 1, replicas: "${count}"}',
    ),
    spec(
      'params: {count: {type: integer, max: 9, default: 9}}\nprocesses:\n  web: {run: sleep 1, replicas: "${count}"}',
    ),
  ),
  SBX2113: page(
    "bad-parameter",
    "A declaration of a parameter that fits no value: an enum without values, a minimum above the maximum, a bound that is none.",
    spec("params: {mode: {type: enum, default: a}}\nprocesses:\n  web: sleep 1"),
    spec(
      'params: {mode: {type: enum, values: [a, b], default: a}}\nprocesses:\n  web: {run: sleep 1, env: {MODE: "${mode}"}}',
    ),
  ),
  SBX2114: page(
    "bad-parameter-value",
    "A value given for a parameter is not of its type, or out of its range.",
  ),
  SBX2116: page(
    "include-unreadable",
    "A file named by `include` cannot be read. Names are relative to the file that names them.",
    spec("include: [missing.yaml]\nprocesses: {web: sleep 1}"),
    spec("include: [quiet.yaml]\nprocesses: {web: {use: quiet, run: sleep 1}}"),
    "error",
    { "quiet.yaml": 'templates: {quiet: {stdout: "null"}}\n' },
  ),
  SBX2126: page(
    "include-outside",
    "A spec may include files at or below its own folder, and files of the Git repository that holds it, wherever links lead. Others are read only if their folder is named by `--allow-include DIR`: a spec can be anybody's, and what it includes is quoted.",
    spec("include: [/etc/templates.yaml]\nprocesses: {web: sleep 1}"),
    spec("include: [quiet.yaml]\nprocesses: {web: {use: quiet, run: sleep 1}}"),
    "error",
    { "quiet.yaml": 'templates: {quiet: {stdout: "null"}}\n' },
  ),
  SBX2117: page(
    "include-cycle",
    "Files include each other in a circle.",
    spec("include: [a.yaml]\nprocesses: {web: sleep 1}"),
    spec("include: [c.yaml]\nprocesses: {web: {use: quiet, run: sleep 1}}"),
    "error",
    {
      "a.yaml": "include: [b.yaml]\n",
      "b.yaml": "include: [a.yaml]\n",
      "c.yaml": 'templates: {quiet: {stdout: "null"}}\n',
    },
  ),
  SBX2118: page(
    "include-of-sandbox",
    "An included file holds templates. A sandbox cannot be included as a whole.",
    spec("include: [other.yaml]\nprocesses: {web: sleep 1}"),
    spec("include: [quiet.yaml]\nprocesses: {web: {use: quiet, run: sleep 1}}"),
    "error",
    {
      "other.yaml": "sandbox: other\nprocesses: {db: sleep 1}\n",
      "quiet.yaml": 'templates: {quiet: {stdout: "null"}}\n',
    },
  ),
  SBX2119: page(
    "unknown-template",
    "`use` names a template that neither this file nor an included one defines.",
    spec(
      "templates: {quiet: {umask: 077}}\nprocesses:\n  web: {use: [quiet, quite], run: sleep 1}",
    ),
    spec("templates: {quiet: {umask: 077}}\nprocesses:\n  web: {use: quiet, run: sleep 1}"),
  ),
  SBX2120: page(
    "template-cycle",
    "Templates use each other in a circle.",
    spec("templates: {a: {use: b}, b: {use: a}}\nprocesses:\n  web: {use: a, run: sleep 1}"),
    spec("templates: {a: {use: b}, b: {umask: 077}}\nprocesses:\n  web: {use: a, run: sleep 1}"),
  ),
  SBX2121: page(
    "template-twice",
    "Two files define a template of the same name.",
    spec(
      "include: [quiet.yaml]\ntemplates: {quiet: {umask: 077}}\nprocesses: {web: {use: quiet, run: sleep 1}}",
    ),
    spec(
      "include: [quiet.yaml]\ntemplates: {own: {umask: 077}}\nprocesses: {web: {use: [quiet, own], run: sleep 1}}",
    ),
    "error",
    { "quiet.yaml": 'templates: {quiet: {stdout: "null"}}\n' },
  ),
  SBX2122: page(
    "matrix-without-parameter",
    "`matrix` gives values to parameters, so each of its names must be one.",
    spec("matrix: {depth: [1, 2]}\nprocesses: {web: sleep 1}"),
    spec(
      'params: {depth: {type: integer}}\nmatrix: {depth: [1, 2]}\nprocesses: {web: {run: sleep 1, replicas: "${depth}"}}',
    ),
  ),
  SBX2123: page(
    "too-many-cases",
    "A matrix makes more than 10,000 cases.",
    spec(
      `params: {a: {type: integer}, b: {type: integer}}\nmatrix:\n  a: [${numbers(101)}]\n  b: [${numbers(100)}]\nprocesses: {web: {run: sleep 1, env: {A: "\${a}", B: "\${b}"}}}`,
    ),
    spec(
      'params: {a: {type: integer}}\nmatrix: {a: [1, 2]}\nprocesses: {web: {run: sleep 1, env: {A: "${a}"}}}',
    ),
  ),
  SBX2124: page(
    "empty-matrix",
    "A list of a matrix that holds nothing makes no case.",
    spec(
      'params: {a: {type: integer, default: 1}}\nmatrix: {a: []}\nprocesses: {web: {run: sleep 1, env: {A: "${a}"}}}',
    ),
    spec(
      'params: {a: {type: integer, default: 1}}\nmatrix: {a: [1]}\nprocesses: {web: {run: sleep 1, env: {A: "${a}"}}}',
    ),
  ),
  SBX2125: page(
    "bad-matrix-value",
    "A value of a matrix is none of its parameter's.",
    spec(
      'params: {a: {type: integer}}\nmatrix: {a: [1, two]}\nprocesses: {web: {run: sleep 1, env: {A: "${a}"}}}',
    ),
    spec(
      'params: {a: {type: integer}}\nmatrix: {a: [1, 2]}\nprocesses: {web: {run: sleep 1, env: {A: "${a}"}}}',
    ),
  ),
} as const satisfies Record<string, CodePage>;
