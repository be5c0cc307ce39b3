/* snapshot.h - every living process of a run, with its PIDs at every level. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

/*
 * `snapshot MONITOR [--namespaces] [--pidns INODE] [--by MEANS]`: writes a struct snapshot_row for
 * each process of the monitor's run to stdout, itself left out. All of them lived at one moment, no
 * row is made of two processes, and each one's parent has its row or is not of the run. What is
 * missing is said on stderr.
 *
 * With --namespaces rows hold the inodes of all namespaces, not only of the PID namespace. By the
 * inode of --pidns the run is found where the monitor is hidden (hidepid). MEANS are `bpf`, a program
 * in the kernel that needs privilege and a PID namespace around the run; `nsfs`, the kernel's
 * translation of PIDs; and `procfs`, without it, as before 6.11. Else the quickest that works is
 * taken. Returns the exit code.
 */
int snapshot_main(int count, char **arguments);

#endif
