/** Starting the shim's monitor and speaking with it: frames in, commands out, table on demand. */

import * as fs from "node:fs";
import { statField } from "../host/proc-stat.ts";
import { encodeCommand, type Frame, FrameReader } from "../wire/frames.ts";
import { type Pulse, pulseOf, TABLE_HEADER_SIZE } from "../wire/table.ts";

export interface MonitorStart {
  readonly shim: string;
  readonly image: string;
  /** Its environment; undefined: this program's. */
  readonly env: Record<string, string> | undefined;
  /** Where processes start if they can see it: the spec's folder. */
  readonly specDir: string;
  readonly runDir: string;
  /** What `stdin: inherit` is: a descriptor, this program's own, or nothing. */
  readonly stdin: number | "inherit" | "ignore";
  /** What `stdout: inherit` is. */
  readonly stdoutFd: number;
  readonly tableFd: number;
  /** Open for writing; null: the run is not traced. */
  readonly traceFd: number | null;
  /** The run lives on without this program, and keeps its output in files. */
  /** As with SANDBOX_DEBUG. */
  readonly isVerbose?: boolean;
  readonly isDetached?: boolean;
}

export interface Monitor {
  readonly pid: number;
  /** Every frame in order; ends when the monitor has closed its end, however it died. */
  readonly frames: AsyncIterable<Frame>;
  /** Exit code, or 128 + the signal's number. Settles after `frames` has ended. */
  readonly exited: Promise<number>;
  /** Asks for the orderly stop of the whole run; `interrupts`: since a signal came. */
  stop(why: { readonly interrupts: boolean }): void;
  /**
   * Asks for SIGKILL of everything, since a signal came. A monitor that shows no life after that
   * is killed itself.
   */
  kill(): void;
  /** This program may end before the monitor does. */
  leave(): void;
  /** The bytes of the state table as they are now; empty before the monitor made it. */
  readTable(): Uint8Array;
}

/** Descriptors of the shim, which are indexes of `stdio`: control stream, state table, trace. */
const CONTROL_FD = 3;
const TABLE_FD = 4;
const TRACE_FD = 5;

/** A monitor that is asked to kill beats four times a second; one that does not is stopped. Ms. */
const PULSE_INTERVAL_MS = 250;
const PULSES_MISSED_MAX = 4;

/** SANDBOX_TRACER is `bpf` or `ptrace`; without it the shim takes the one that this host can. */
export function traceOptions(fd: number): string[] {
  const tracer = process.env["SANDBOX_TRACER"];
  return ["--trace", String(fd), ...(tracer ? ["--tracer", tracer] : [])];
}

export function startMonitor(start: MonitorStart): Monitor {
  const child = Bun.spawn({
    cmd: [
      start.shim,
      "run",
      start.image,
      ...["--dir", start.specDir, "--run-dir", start.runDir],
      ...["--control", String(CONTROL_FD), "--table", String(TABLE_FD)],
      ...(start.traceFd === null ? [] : traceOptions(TRACE_FD)),
      ...(start.isDetached ? ["--detach"] : []),
      // To stderr, whatever number it names: that descriptor is this program's, not the shim's.
      ...(start.isVerbose || process.env["SANDBOX_DEBUG"] ? ["--debug", "2"] : []),
    ],
    ...(start.env === undefined ? {} : { env: start.env }),
    stdio: [
      start.stdin,
      start.stdoutFd,
      "inherit",
      "pipe",
      start.tableFd,
      ...(start.traceFd === null ? [] : [start.traceFd]),
    ],
  });
  const controlFd = child.stdio[3] as unknown as number;
  const send = (kind: "stop" | "kill", why: { readonly interrupts: boolean }) => {
    try {
      fs.writeSync(controlFd, encodeCommand(kind, why));
    } catch {
      // The monitor is gone; its frames have ended or are about to.
    }
  };
  let isWatched = false;
  const kill = () => {
    send("kill", { interrupts: true });
    if (!isWatched) watchPulse(child, start.tableFd);
    isWatched = true;
  };
  return {
    pid: child.pid,
    frames: untilEnd(readFrames(controlFd), child, start.tableFd),
    exited: child.exited,
    leave: () => child.unref(),
    stop: (why) => send("stop", why),
    kill,
    readTable: () => readWhole(start.tableFd),
  };
}

/**
 * Continues a monitor that does not act, as one that a process of the same user has stopped: it ends
 * the run best. One that does not act all the same is ended; the kernel or the guard
 * (`native/run/watchdog.c`) then ends what it leaves.
 */
function watchPulse(child: Bun.Subprocess, tableFd: number): void {
  let last: number | null = null;
  let missed = 0;
  const timer = setInterval(() => {
    const pulse = readPulse(tableFd);
    missed = pulse?.heartbeat === last ? missed + 1 : 0;
    last = pulse?.heartbeat ?? null;
    if (missed > 0) wake(child.pid);
    if (missed < PULSES_MISSED_MAX) return;
    // In a traced run the child is the tracer, and the monitor is the tracer's child.
    if (pulse !== null && parentOf(pulse.monitorPid) === child.pid) {
      process.kill(pulse.monitorPid, "SIGKILL");
    }
    child.kill("SIGKILL");
  }, PULSE_INTERVAL_MS);
  timer.unref();
  void child.exited.then(() => clearInterval(timer));
}

/**
 * The guard of a dead monitor goes last, and the frames end with it. Should it be stopped it is
 * continued, which does no harm to whatever else could have its number.
 */
async function* untilEnd(
  frames: AsyncIterable<Frame>,
  child: Bun.Subprocess,
  tableFd: number,
): AsyncGenerator<Frame> {
  const guardPid = () => readPulse(tableFd)?.guardPid ?? 0;
  let timer: ReturnType<typeof setInterval> | null = null;
  let isOver = false;
  void child.exited.then(() => {
    if (!isOver) timer = setInterval(() => wake(guardPid()), PULSE_INTERVAL_MS);
  });
  try {
    yield* frames;
  } finally {
    isOver = true;
    if (timer !== null) clearInterval(timer);
  }
}

function wake(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, "SIGCONT");
  } catch {
    // It has ended.
  }
}

function readPulse(tableFd: number): Pulse | null {
  const bytes = new Uint8Array(TABLE_HEADER_SIZE);
  return fs.readSync(tableFd, bytes, 0, bytes.length, 0) === bytes.length ? pulseOf(bytes) : null;
}

/** Null where there is no such process. */
function parentOf(pid: number): number | null {
  const parent = statField(pid, 4);
  return parent === null ? null : Number(parent);
}

async function* readFrames(fd: number): AsyncGenerator<Frame> {
  const reader = new FrameReader();
  try {
    for await (const chunk of Bun.file(fd).stream()) {
      yield* reader.push(chunk);
      // While there is more to read, no signal and no timer would get its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch {
    // A reset connection is how a killed monitor may look: the frames end here.
  }
}

/** The bytes of a file from its beginning, wherever its descriptor stands. */
export function readWhole(fd: number): Uint8Array {
  const bytes = new Uint8Array(fs.fstatSync(fd).size);
  let done = 0;
  while (done < bytes.length) {
    const got = fs.readSync(fd, bytes, done, bytes.length - done, done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}
