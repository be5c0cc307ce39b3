/* sbx.h - failure record, assertions and exit codes shared by every file of the shim. */
#ifndef SBX_H
#define SBX_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "core/debug.h"
#include "gen/layout.gen.h"
#include "gen/tables.gen.h"

#define SBX_NS_PER_MS 1000000ull

/* The first thing that went wrong. step is STEP_NONE until then. */
struct sbx_error {
	enum step step;
	int err; /* errno at that point */
	int level; /* of the PID namespace concerned */
};

/* Records the failure and yields -1, so that `return sbx_fail(...)` is the whole error path. */
static inline int sbx_fail(struct sbx_error *error, enum step step, int level)
{
	if (error->step == STEP_NONE)
		*error = (struct sbx_error){ .step = step, .err = errno, .level = level };
	if (debug.fd >= 0)
		debug_write(step, errno, level);
	return -1;
}

/* Says that a step is done, and yields 0: `return sbx_done(...)`. One branch, where nobody asks. */
static inline int sbx_done(enum step step, int level)
{
	if (debug.fd >= 0)
		debug_write(step, 0, level);
	return 0;
}

/* Reports a bug of ours and ends the process. Same exit from every level, PID 1 included. */
static inline _Noreturn void sbx_bug(const char *file, int line, const char *condition)
{
	(void)dprintf(STDERR_FILENO, "sandbox-shim: bug: %s:%d: %s\n", file, line, condition);
	_exit(SBX_EXIT_BUG);
}

/*
 * Always on, never on a kernel's answer. Not assert(3): its abort() reads as SIGSEGV where we are
 * PID 1, because init ignores the SIGABRT that it sends itself. Source: pid_namespaces(7).
 */
#define SBX_ASSERT(condition) ((condition) ? (void)0 : sbx_bug(__FILE__, __LINE__, #condition))

/*
 * Static memory of many pages, which lies behind all else (Makefile, LINK): what every shim process
 * writes, and so has a copy of, is then on few.
 */
#define SBX_LARGE __attribute__((section(".bss.zz_large")))

#endif
