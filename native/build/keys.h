/* keys.h - keeping workloads from the kernel keys of the caller. */
#ifndef KEYS_H
#define KEYS_H

#include "core/sbx.h"

/*
 * Refuses add_key, request_key and keyctl (EPERM) to the caller and all that it starts. The keyrings
 * of a user are found by uid, and a sandbox's uid 0 is often the caller's own: a session keyring
 * of its own alone would not do. Needs no_new_privs or CAP_SYS_ADMIN. Errors: STEP_SECCOMP.
 * Source: keyrings(7), seccomp(2).
 */
int keys_refuse(int level, struct sbx_error *error);

#endif
