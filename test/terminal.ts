/** A real pseudo-terminal, by node-pty's native half; what is on its screen, and keys to it. */

import * as fs from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./sandbox.ts";

interface Pty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
  resize(fd: number, columns: number, rows: number): void;
}

const native = createRequire(import.meta.url)(
  join(root, "node_modules/node-pty/build/Release/pty.node"),
) as Pty;

export class Terminal {
  readonly #pty: { master: number; slave: number };
  readonly #child: Bun.Subprocess;
  readonly #writer: ReturnType<ReturnType<typeof Bun.file>["writer"]>;
  readonly #read: Promise<void>;
  #output = "";

  constructor(
    command: readonly string[],
    env: Record<string, string>,
    columns: number,
    rows: number,
  ) {
    this.#pty = native.open(columns, rows);
    const { slave, master } = this.#pty;
    this.#child = Bun.spawn([...command], {
      env: { TERM: "xterm-256color", ...env },
      stdio: [slave, slave, slave],
    });

    // First the reader: a writer made before it would take the descriptor for a seekable file.
    this.#read = this.#readAll();
    this.#writer = Bun.file(master).writer();
  }

  async #readAll(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of Bun.file(this.#pty.master).stream()) {
        this.#output += decoder.decode(chunk, { stream: true });
      }
    } catch {
      // EIO: the other side is closed.
    }
  }

  /** Everything that was ever written to it. */
  get output(): string {
    return this.#output;
  }

  /** Lines of the last whole frame, without colours; empty before the first. */
  frame(): string[] {
    const begin = "\u001b[?2026h";
    const end = "\u001b[?2026l";
    const last = this.#output.lastIndexOf(end);
    const first = this.#output.lastIndexOf(begin, last);
    if (last < 0 || first < 0) return [];
    const text = Bun.stripANSI(this.#output.slice(first + begin.length, last));
    return text.split("\r\n");
  }

  async type(keys: string): Promise<void> {
    this.#writer.write(keys);
    await this.#writer.flush();
  }

  /** As Ctrl-C would, were this its controlling terminal. */
  signal(name: "SIGINT" | "SIGTERM"): void {
    this.#child.kill(name);
  }

  resize(columns: number, rows: number): void {
    native.resize(this.#pty.master, columns, rows);
    this.#child.kill("SIGWINCH"); // it has no controlling terminal to hear it from
  }

  /** Waits until a frame is as expected; returns the last one, even if that never comes. */
  async until(isDone: (lines: readonly string[]) => boolean): Promise<string[]> {
    for (let tries = 0; tries < 200 && !isDone(this.frame()); tries++) await Bun.sleep(25);
    return this.frame();
  }

  /** Waits until it was written to it, for some seconds. */
  async heard(text: string): Promise<boolean> {
    for (let tries = 0; tries < 400 && !this.#output.includes(text); tries++) await Bun.sleep(25);
    return this.#output.includes(text);
  }

  /** The exit code; null where it does not end. */
  async ended(): Promise<number | null> {
    const late = Bun.sleep(5_000).then(() => null);
    const code = await Promise.race([this.#child.exited, late]);
    this.#child.kill("SIGKILL");
    await Bun.sleep(50);
    // With the last slave closed the reader sees the end, and nothing keeps this process.
    fs.closeSync(this.#pty.slave);
    await this.#read;
    await this.#writer.end();
    return code;
  }
}
