/* title.h - what ps(1) shows of the shim's processes below the monitor. */
#ifndef TITLE_H
#define TITLE_H

/* The memory that the kernel shows as command line; `arguments` as main() got them, one at least. */
void title_find(int count, char **arguments);

/* The title will say of which run it is, by the last part of `run_dir`; NULL: that has none. */
void title_prepare(const char *run_dir);

/*
 * Puts the title there. The arguments name files of the host, and everybody who sees the process can
 * read them. Done once: what is forked later has it. Nothing may point to the arguments any more.
 */
void title_set(void);

#endif
