/**
 * The PID plan: a reserved block of numbers in each PID namespace. Pure.
 *
 * 1 is its init; then every process that is visible there gets one number, in plan order, the
 * requested ones first. What workloads fork is numbered from the end of the block on, and so never
 * takes a declared number. Level 0 belongs to the host: a number there only where it is requested.
 */

import type { Pin } from "../ir/process.ts";

/** Something that needs a number at each of its levels. */
export interface Claim {
  /** For error texts. */
  readonly path: string;
  /** By level from 1 on: index of the sandbox that owns the PID namespace. May be empty. */
  readonly owners: readonly number[];
  readonly pins: readonly Pick<Pin, "level" | "pid">[];
  /** Whether it is PID 1 of the innermost one. */
  readonly isInit: boolean;
}

/**
 * Requested PIDs from here on do not move the end of a block: forks would start so close to the greatest
 * PID (4194303) that the kernel had to wrap around, to 300, at once.
 */
export const BLOCK_PIN_MAX = 4_000_000;

export interface Blocks {
  /** By level, outermost first: `owners.length + 1` entries; level 0 is null unless requested. */
  readonly pids: ReadonlyMap<Claim, readonly (number | null)[]>;
  /** By owner: the last number of its block. */
  readonly lastPids: ReadonlyMap<number, number>;
}

export function numberBlocks(claims: readonly Claim[]): Blocks {
  const pinned = pinnedNumbers(claims);
  const next = new Map<number, number>();
  const lastPids = new Map<number, number>();
  const pids = new Map<Claim, readonly (number | null)[]>();

  for (const claim of claims) {
    const numbers: (number | null)[] = [pinAt(claim, 0)];
    claim.owners.forEach((owner, index) => {
      const level = index + 1;
      const number = pinAt(claim, level) ?? free(claim, owner, level);
      numbers.push(number);
      const last = lastPids.get(owner) ?? 0;
      if (number > last && number < BLOCK_PIN_MAX) lastPids.set(owner, number);
    });
    pids.set(claim, numbers);
  }
  return { pids, lastPids };

  function free(claim: Claim, owner: number, level: number): number {
    if (claim.isInit && level === claim.owners.length) return 1;
    const taken = pinned.get(owner);
    let number = next.get(owner) ?? 2;
    while (taken?.has(number)) number++;
    next.set(owner, number + 1);
    return number;
  }
}

function pinAt(claim: Claim, level: number): number | null {
  return claim.pins.find((pin) => pin.level === level)?.pid ?? null;
}

function pinnedNumbers(claims: readonly Claim[]): Map<number, Set<number>> {
  const pinned = new Map<number, Set<number>>();
  for (const claim of claims) {
    for (const { level, pid } of claim.pins) {
      const owner = claim.owners[level - 1];
      if (owner === undefined) continue;
      const numbers = pinned.get(owner) ?? new Set();
      pinned.set(owner, numbers.add(pid));
    }
  }
  return pinned;
}
