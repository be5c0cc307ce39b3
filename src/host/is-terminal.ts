/** Whether a descriptor is a terminal. I/O: asks the kernel. */

import * as fs from "node:fs";

/** The class of memory devices, such as /dev/null. Source: admin-guide/devices.txt of the kernel. */
const MEMORY_MAJOR = 1;

export function isTerminal(fd: number): boolean {
  return isDevice(fd) && tty().isatty(fd);
}

/** Pipes, files and /dev/null are none: most of what programs are started with. */
function isDevice(fd: number): boolean {
  const status = fs.fstatSync(fd);
  return status.isCharacterDevice() && major(status.rdev) !== MEMORY_MAJOR;
}

/** Source: new_decode_dev() of the kernel. */
function major(device: number): number {
  return (device >>> 8) & 0xfff;
}

/** It brings all of Node's streams with it, and loads as long as a fifth of Bun's start. */
function tty(): typeof import("node:tty") {
  return require("node:tty");
}
