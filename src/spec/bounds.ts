/**
 * How much a spec may be, and how much it may become. A spec can be anybody's: whatever it says, it
 * is checked, or refused with its reason, in seconds and in less than a gigabyte. Pure.
 */

/** Of one file, in UTF-8 bytes. */
export const SPEC_SIZE_MAX = 16 * 1024 * 1024;

/** Of all files that a spec includes, in UTF-8 bytes: as much as one file may be. */
export const INCLUDED_SIZE_MAX = SPEC_SIZE_MAX;

/** Files that a spec includes. */
export const INCLUDE_COUNT_MAX = 1_000;
