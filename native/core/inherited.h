/* inherited.h - what a shim process hands down to its forks, and processes of the same user can change. */
#ifndef INHERITED_H
#define INHERITED_H

#include "core/sbx.h"

/* Notes the limits and the niceness of the caller, which its forks, the inits, then know as well. */
void inherited_note(void);

/*
 * Puts back what has been changed since. Errors: STEP_INHERITED with EPERM, where a hard limit was
 * lowered that the caller may not raise.
 */
int inherited_restore(int level, struct sbx_error *error);

/*
 * Lets no process of the same user set limits of this one and its forks, where the caller may choose
 * groups: prlimit(2) asks for all three user and group ids to be the caller's own, and from here on
 * the saved group id is another. An execve resets it. Source: credentials(7).
 */
void inherited_guard(void);

/* Grows the stack by what the shim needs, so that a limit that is lowered later is of no effect. */
void inherited_reserve_stack(void);

#endif
