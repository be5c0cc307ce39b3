/* namespaces.h - the namespaces around a process, and their inits, as the kernel has them. */
#ifndef NAMESPACES_H
#define NAMESPACES_H

/*
 * Writes a struct namespace_row for each PID named in `arguments` to stdout, of one that is gone or
 * may not be looked into as well: its counts are then 0. Returns the exit code.
 */
int namespaces_main(int count, char **arguments);

#endif
