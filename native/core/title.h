/* title.h - what ps(1) shows of a shim process. */
#ifndef TITLE_H
#define TITLE_H

/* The memory that the kernel shows as command line; `arguments` as main() got them, one at least. */
void title_find(int count, char **arguments);

/*
 * Puts `text` there. The arguments name files of the host, and everybody who sees the process can read
 * them. Done once: what is forked later has it. Nothing may point to the arguments any more.
 */
void title_set(const char *text);

#endif
