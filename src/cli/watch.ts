/** `sandbox top` and `report --watch`: a run in place, as it changes. */

import { EXIT } from "../base/exit-codes.ts";
import type { WatchedRun } from "../engine/watched-run.ts";
import { afterKey, FIRST_VIEW, rowsOnScreen, screenOf, type View } from "../report/view.ts";
import { chosenRun } from "./chosen-run.ts";
import { reportNow } from "./observe.ts";
import { columnsOf, hasColour, isDumb, STDERR, STDOUT, write } from "./terminal.ts";

const EVERY_MS = 500;
/** The size of a terminal that does not know its own. */
const ROWS = 24;
/** Another screen, without a cursor, and back. Source: console_codes(4), ctlseqs of xterm. */
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
/** Shown at once: nothing of a frame is seen before all of it is there. */
const BEGIN = "\u001b[?2026h\u001b[H";
const END = "\u001b[J\u001b[?2026l";

export async function run(name: string | undefined): Promise<number> {
  if (isDumb(STDOUT) || process.stdin.isTTY !== true) {
    write(
      STDERR,
      "error: a live view needs a terminal with a cursor; `sandbox report` without --watch prints once\n",
    );
    return EXIT.usage;
  }
  const watched = chosenRun(name);
  if (typeof watched === "string") {
    write(STDERR, `error: ${watched}\n`);
    return EXIT.failed;
  }
  const isOver = await new Watch(watched).untilLeft();
  if (isOver) write(STDERR, `the run "${watched.run.name}" has ended\n`);
  return EXIT.ok;
}

class Watch {
  readonly #watched: WatchedRun;
  #view: View = FIRST_VIEW;
  #last = 0;
  #leave: (isOver: boolean) => void = () => {};

  constructor(watched: WatchedRun) {
    this.#watched = watched;
  }

  /** Whether the run has ended; else the user has left. */
  async untilLeft(): Promise<boolean> {
    const left = new Promise<boolean>((resolve) => {
      this.#leave = resolve;
    });
    const draw = () => this.#draw();
    const onKey = (data: Buffer) => this.#onKeys(data.toString("utf8"));
    const onEnd = () => this.#leave(false);
    process.stdin.setRawMode(true);
    process.stdin.on("data", onKey);
    process.stdout.on("resize", draw);
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) process.on(signal, onEnd);
    write(STDOUT, ENTER);
    const timer = setInterval(draw, EVERY_MS);
    try {
      draw();
      return await left;
    } finally {
      clearInterval(timer);
      write(STDOUT, LEAVE);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    }
  }

  #onKeys(text: string): void {
    const page = rowsOnScreen({ rows: process.stdout.rows || ROWS });
    // An escape sequence is one key; all else is a key a character.
    for (const [key] of text.matchAll(/\u001b\[[0-9;]*[A-Za-z~]|[\s\S]/gu)) {
      const next = afterKey(this.#view, key, { page, last: this.#last });
      if (next === null) {
        this.#leave(false);
        return;
      }
      this.#view = next;
    }
    this.#draw();
  }

  #draw(): void {
    const report = reportNow(this.#watched);
    if (report === null) {
      this.#leave(true);
      return;
    }
    const screen = {
      columns: columnsOf(STDOUT),
      rows: process.stdout.rows || ROWS,
      colour: hasColour(STDOUT),
    };
    const { lines, last } = screenOf(report, this.#watched.run.name, this.#view, screen);
    this.#last = last;
    write(STDOUT, `${BEGIN}${lines.map((line) => `${line}\u001b[K`).join("\r\n")}${END}`);
  }
}
