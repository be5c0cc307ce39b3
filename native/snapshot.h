/* snapshot.h - every living process below one, with its PIDs at every level. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

/*
 * Writes a struct snapshot_row for each descendant of `ancestor` to stdout; the ancestor itself is
 * left out. A process that ends, or whose number is used again, meanwhile is left out too: no row
 * is made of two processes. Returns the exit code.
 */
int snapshot_main(int ancestor);

#endif
