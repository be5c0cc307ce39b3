/* attributes.c - what a process has by single numbers of its plan: niceness, signals and the like. */
#define _GNU_SOURCE
#include "init/attributes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "core/own_file.h"

/* What the supervisor had before it took on a child's. */
static int own_oom_score = SBX_NO_INTEGER;
/* Why it is not known. */
static int own_oom_errno = EACCES;

/* Holds a score from -1000 to 1000, a newline and the NUL. */
#define SCORE_SIZE 8

static bool is_score_needed(const struct plan *plan, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		const struct image_process *process = plan_process(plan, plan->owned[i]);

		if (process != NULL && process->oom_score_adj != SBX_NO_INTEGER)
			return true;
	}
	return false;
}

void attributes_open(const struct plan *plan, uint32_t first, uint32_t count, bool is_alone)
{
	char text[SCORE_SIZE] = "";
	int fd = is_score_needed(plan, first, count) ?
			 own_file_open("self/oom_score_adj", O_RDWR, is_alone) :
			 -1;

	/* What stood there is the parent's: it speaks of the parent. */
	own_oom_score = SBX_NO_INTEGER;
	if (fd >= 0 && fd_install(fd, FD_OOM_SCORE) == 0 &&
	    pread(FD_OOM_SCORE, text, sizeof(text) - 1, 0) > 0) {
		own_oom_score = atoi(text);
		return;
	}
	own_oom_errno = errno;
	(void)dup3(FD_NULL, FD_OOM_SCORE, O_CLOEXEC);
}

static int write_score(int score)
{
	char text[SCORE_SIZE];
	int size = snprintf(text, sizeof(text), "%d", score);

	return pwrite(FD_OOM_SCORE, text, (size_t)size, 0) == size ? 0 : -1;
}

/* A clone has its parent's score, and its own file is root's while it shares the shim's memory. */
static int oom_score_adj_give(const struct image_process *process)
{
	if (process->oom_score_adj == SBX_NO_INTEGER || process->oom_score_adj == own_oom_score)
		return 0;
	errno = own_oom_errno;
	return own_oom_score == SBX_NO_INTEGER ? -1 : write_score(process->oom_score_adj);
}

static void oom_score_adj_take_back(const struct image_process *process)
{
	if (process->oom_score_adj != SBX_NO_INTEGER && own_oom_score != SBX_NO_INTEGER)
		(void)write_score(own_oom_score);
}

static int nice_set(const struct image_process *process)
{
	if (process->nice == SBX_NO_INTEGER)
		return 0;
	return setpriority(PRIO_PROCESS, 0, process->nice);
}

static int parent_death_signal_set(const struct image_process *process)
{
	if (process->parent_death_signal == 0)
		return 0;
	return prctl(PR_SET_PDEATHSIG, process->parent_death_signal, 0, 0, 0);
}

/*
 * The system call itself: C libraries keep the first real-time signals for themselves.
 * Source: rt_sigaction(2), struct sigaction of asm-generic/signal.h: handler, flags, restorer, mask.
 */
static int ignore_signals_set(const struct image_process *process)
{
	const unsigned long ignore[4] = { 1 /* SIG_IGN */, 0, 0, 0 };

	for (uint64_t left = process->ignore_signals; left != 0; left &= left - 1) {
		int number = __builtin_ctzll(left) + 1;

		if (syscall(SYS_rt_sigaction, number, ignore, NULL, sizeof(uint64_t)) < 0)
			return -1;
	}
	return 0;
}

int attributes_give(const struct image_process *process, int level, struct sbx_error *error)
{
#define GIVE(name, step)                                                                           \
	if (name##_give(process) < 0)                                                              \
		return sbx_fail(error, step, level);
	SBX_FIELDS_BY_SUPERVISOR(GIVE)
#undef GIVE
	return 0;
}

void attributes_take_back(const struct image_process *process)
{
#define TAKE_BACK(name, step) name##_take_back(process);
	SBX_FIELDS_BY_SUPERVISOR(TAKE_BACK)
#undef TAKE_BACK
}

#define SET(name, step)                                                                            \
	if (name##_set(process) < 0)                                                               \
		return sbx_fail(error, step, level);

int attributes_with_rights(const struct image_process *process, int level,
			   struct sbx_error *error)
{
	SBX_FIELDS_BY_IDENTITY(SET)
	return 0;
}

int attributes_at_exec(const struct image_process *process, int level, struct sbx_error *error)
{
	SBX_FIELDS_BY_EXEC(SET)
	return 0;
}
