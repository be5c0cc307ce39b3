/* caps.h - giving up capabilities. */
#ifndef CAPS_H
#define CAPS_H

#include "core/sbx.h"

/*
 * Empties the bounding set, forbids new privileges, and refuses the caller's kernel keys, so that no
 * execve below gains anything. The caller keeps the capabilities that it has. Does nothing where this
 * process has inherited all of it from the shim. Errors: STEP_BOUNDING_SET, STEP_NO_NEW_PRIVS,
 * STEP_SECCOMP. Source: capabilities(7).
 */
int caps_bound(int level, struct sbx_error *error);

/* The caller has entered a user namespace: the kernel has filled its bounding set again. */
void caps_entered_userns(void);

/* Empties the permitted, effective and inheritable sets. Errors: STEP_DROP_CAPABILITIES. */
int caps_drop(int level, struct sbx_error *error);

#endif
