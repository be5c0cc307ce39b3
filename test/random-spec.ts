/** Specs that nobody has seen before: nested, with pins, copies, forks and both init modes. Pure. */

interface Settings {
  /** A number from 0 to 1 at each call. */
  readonly random: () => number;
  /** The argument of every sleep, by which the processes of the run are known. */
  readonly mark: string;
  /** How many PID namespaces are inside each other. */
  readonly levels: number;
  /** Whether processes end by themselves, soon and in many ways, instead of sleeping. */
  readonly lively?: boolean;
}

interface Around {
  /** Sandboxes with a PID namespace of their own, outermost first; empty below a copy. */
  readonly owners: readonly string[];
  readonly level: number;
  readonly path: string;
}

type Fields = Record<string, unknown>;

/** What a process of a lively spec does; all are at their end within a moment. */
const LIVES = [
  { run: "true" },
  { run: "false" },
  { run: "sleep 0.02" },
  { shell: "kill -9 $$" },
  { shell: "(sleep 0.05 &) ; (true) & exit 3" },
  { shell: "kill -TERM $$; sleep 0.1" },
  { shell: "sleep 0.03 & sleep 0.01 & wait" },
  { run: "sleep 50", timeout: "60ms", stop: { grace: "20ms" } },
  { shell: "trap '' TERM; sleep 0.05; sleep 50", timeout: "30ms", stop: { grace: "30ms" } },
];

/** Attributes that an ordinary user may give too. */
function attributesBy(random: () => number): Fields {
  return {
    ...(random() < 0.15 ? { nice: 1 + Math.floor(random() * 19) } : {}),
    ...(random() < 0.15 ? { oom_score_adj: 1 + Math.floor(random() * 1_000) } : {}),
    ...(random() < 0.15 ? { ignore_signals: ["HUP", "USR1"] } : {}),
  };
}

/** A spec as JSON, which is YAML too. It type-checks, and sleeps until it is stopped. */
export function randomSpec(settings: Settings): string {
  const { random } = settings;
  let pin = 60;
  const chance = (of: number) => random() < of;
  const between = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));

  /** Numbers rise, so that none is given twice anywhere. */
  const nextPin = () => {
    pin += between(1, 40);
    return pin;
  };

  function command(): Fields {
    const { mark, lively } = settings;
    if (lively) return { ...LIVES[between(0, LIVES.length - 1)], essential: chance(0.02) };
    if (chance(0.4)) return { run: ["sleep", mark] };
    const forks = `sleep ${mark} & `.repeat(between(1, 3));
    return { shell: `${forks}${chance(0.3) ? "(true) & " : ""}wait` };
  }

  function dependency(on = ""): unknown {
    if (!settings.lively) return [on];
    return { [on]: ["started", "exited", "succeeded"][between(0, 2)] };
  }

  function pinsOf({ owners }: Around, ownsPid: boolean): Fields {
    if (owners.length > 0 && chance(0.2)) {
      const chosen = owners.filter(() => chance(0.5));
      return { pids: Object.fromEntries(chosen.map((owner) => [owner, nextPin()])) };
    }
    return ownsPid && chance(0.3) ? { pid: nextPin() } : {};
  }

  function processes(around: Around, ownsPid: boolean, init: string | null): Fields {
    const made: Fields = settings.lively ? { one: command() } : {};
    if (init !== null) made[init] = command();
    const names: string[] = [];
    for (let count = between(1, 2); count > 0; count--) {
      const name = `p${count}`;
      const copies = chance(0.3) ? { replicas: between(2, 3) } : pinsOf(around, ownsPid);
      const waits = names.length > 0 && chance(0.3) ? { depends_on: dependency(names.at(-1)) } : {};
      made[name] = { ...command(), ...copies, ...waits, ...attributesBy(random) };
      names.push(name);
    }
    return made;
  }

  function randomSandbox(around: Around, name: string, isRoot: boolean): Fields {
    const ownsPid = isRoot || chance(0.85);
    const level = around.level + (ownsPid ? 1 : 0);
    const init = ownsPid && chance(0.35) ? "own" : null;
    const path = isRoot ? "" : around.path === "" ? name : `${around.path}/${name}`;
    const copies = isRoot || level >= settings.levels || chance(0.8) ? {} : { replicas: 2 };
    // Below a copy a pin of an ancestor's number would be the same in each.
    const isAlone = Object.keys(copies).length === 0 && (isRoot || around.owners.length > 0);
    const owners = [...around.owners, ...(ownsPid ? [path || name] : [])];
    const inside = { owners: isAlone ? owners : [], level, path };
    const namespaces = {
      ...(ownsPid ? {} : { pid: "inherit" }),
      ...(chance(0.2) ? { net: "new" } : {}),
      ...(chance(0.2) ? { uts: "inherit" } : {}),
      ...(!isRoot && chance(0.15) ? { user: "new" } : {}),
      ...(chance(0.15) ? { time: chance(0.5) ? "new" : { monotonic: "2h", boottime: "1h" } } : {}),
    };
    const until = settings.lively && chance(0.2) ? { until: chance(0.5) ? "any" : "one" } : {};
    const nested = level >= settings.levels ? 0 : chance(0.2) ? 2 : 1;
    return {
      ...copies,
      ...until,
      // What is PID 1 itself does not hear SIGTERM.
      ...(init === null ? {} : { init, stop: { grace: "20ms" } }),
      namespaces,
      processes: processes(inside, ownsPid, init),
      sandboxes: Object.fromEntries(
        Array.from({ length: nested }, (_, index) => {
          const child = `b${index + 1}`;
          return [child, randomSandbox(inside, child, false)];
        }),
      ),
    };
  }

  const root = randomSandbox({ owners: [], level: 0, path: "" }, "random", true);
  return JSON.stringify({ sandbox: "random", ...root }, null, 1);
}
