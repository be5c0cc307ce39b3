/* caps.h - giving up capabilities. */
#ifndef CAPS_H
#define CAPS_H

#include "core/sbx.h"

/*
 * Empties the bounding set, so that no execve below gains a capability, and forbids new
 * privileges. The caller keeps what it has. Errors: STEP_BOUNDING_SET, STEP_NO_NEW_PRIVS.
 * Source: capabilities(7).
 */
int caps_bound(int level, struct sbx_error *error);

/* Empties the permitted, effective and inheritable sets. Errors: STEP_DROP_CAPABILITIES. */
int caps_drop(int level, struct sbx_error *error);

#endif
