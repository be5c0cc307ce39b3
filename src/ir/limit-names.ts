/** Names of the resource limits; the index is the RLIMIT_ number. Pure. */

/** Source: getrlimit(2), asm-generic/resource.h. */
export const LIMIT_NAMES: readonly string[] = [
  "cpu",
  "fsize",
  "data",
  "stack",
  "core",
  "rss",
  "nproc",
  "nofile",
  "memlock",
  "as",
  "locks",
  "sigpending",
  "msgqueue",
  "nice",
  "rtprio",
  "rttime",
];
