/**
 * How much a spec may be, and how much it may become. A spec can be anybody's: whatever it says, it
 * is checked, or refused with its reason, in seconds and in less than a gigabyte. Pure.
 */

/** The largest file, in UTF-8 bytes. */
export const SPEC_SIZE_MAX = 16 * 1024 * 1024;

/** The most that all included files have together, in UTF-8 bytes: as much as one file. */
export const INCLUDED_SIZE_MAX = SPEC_SIZE_MAX;

/** Files that a spec includes. */
export const INCLUDE_COUNT_MAX = 1_000;

/** Values and keys written out in one file; the parser takes up to two kilobytes for each. */
export const WRITTEN_NODE_COUNT_MAX = 1_500_000;

/** Nodes as each check walks over them: shared by aliases, merge keys and templates, but walked each time. */
export const WALKED_NODE_COUNT_MAX = 4_000_000;

/** Entries that merging may add to one spec: what templates of templates can grow to. */
export const MERGED_COUNT_MAX = 250_000;

/** Entries that merging may look at, also where it adds none. */
export const MERGE_STEP_COUNT_MAX = 5_000_000;

/** Templates that are used by templates, and what these hold: one inside of the other. */
export const TEMPLATE_DEPTH_MAX = 200;

/**
 * Nodes made for copies that differ, by `${replica}` or `${nest}`; some 400 bytes each, with what
 * becomes of them. Copies that are all the same share theirs.
 */
export const COPIED_NODE_COUNT_MAX = 2_000_000;

/** Text that all processes have together, as the plan repeats it for each; in UTF-16 units. */
export const EXPANDED_TEXT_LENGTH_MAX = 128 * 1024 * 1024;

/** Dependencies of all copies on all copies; some 200 bytes each, with what becomes of them. */
export const EDGE_COUNT_MAX = 2_000_000;

/** Signs of expressions worked out, copies made, nodes of all cases; up to half a microsecond each. */
export const OPERATION_COUNT_MAX = 12_000_000;

/** Names compared with one that nothing has: a thousand among ten thousand take longer than all else. */
export const COMPARED_COUNT_MAX = 500_000;
