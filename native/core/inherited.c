/* inherited.c - what a shim process hands down to its forks, and processes of the same user can change. */
#define _GNU_SOURCE
#include "core/inherited.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/sys.h"

/* More than any shim process uses, and less than the smallest limit that one can be started with. */
#define STACK_SIZE (32 * 1024)

/* In private memory: what the kernel says later is compared with it. */
static struct rlimit limits[RLIM_NLIMITS];
/* One that could not be read is not put back: nobody knows what it was. */
static bool is_known[RLIM_NLIMITS];
static int niceness;
/* No process of a sandbox can set limits of this one. */
static bool is_guarded;

void inherited_note(void)
{
	for (uint32_t i = 0; i < RLIM_NLIMITS; i++)
		is_known[i] = sys_get_limit(i, &limits[i]) == 0;
	niceness = getpriority(PRIO_PROCESS, 0);
}

int inherited_restore(int level, struct sbx_error *error)
{
	for (uint32_t i = 0; i < RLIM_NLIMITS && !is_guarded; i++) {
		struct rlimit now;

		if (!is_known[i] || sys_get_limit(i, &now) < 0 ||
		    (now.rlim_cur == limits[i].rlim_cur && now.rlim_max == limits[i].rlim_max))
			continue;
		if (sys_set_limit(i, &limits[i]) < 0)
			return sbx_fail(error, STEP_INHERITED, level);
	}
	/* A worse one hinders nothing, and an ordinary user could not take it back. */
	if (getpriority(PRIO_PROCESS, 0) != niceness)
		(void)setpriority(PRIO_PROCESS, 0, niceness);
	return 0;
}

void inherited_guard(void)
{
	static const gid_t others[] = { 65534, 1 };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && !is_guarded; i++)
		is_guarded = getgid() != others[i] &&
			     setresgid((gid_t)-1, (gid_t)-1, others[i]) == 0;
}

void inherited_reserve_stack(void)
{
	const char *frame = __builtin_frame_address(0);

	/* Only read: a page that an init around this one has there already need not be copied. */
	(void)*(const volatile char *)(frame - STACK_SIZE);
}
