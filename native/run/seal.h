/* seal.h - what the shim does to itself before anything else. */
#ifndef SEAL_H
#define SEAL_H

/*
 * Refuses to run with rights that its caller does not have (set-user-ID, set-group-ID, file
 * capabilities): says so and ends. Else forbids everybody without CAP_SYS_PTRACE to look into this
 * process and its forks until their execve.
 */
void seal_process(void);

/*
 * Runs the shim again from a sealed copy in memory, so that no link of procfs to the executable of
 * a process of the run leads to a file of the host. Returns only where that is so already (0, and
 * the caller's session keyring is left), or on failure (-1 with errno). `arguments` are main's. Source: CVE-2019-5736, memfd_create(2).
 */
int seal_executable(char **arguments);

#endif
