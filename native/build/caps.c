/* caps.c - giving up capabilities. */
#include "build/caps.h"

#include <sys/prctl.h>

#include "core/sys.h"

/* The kernel answers EINVAL for the first number that it does not know. */
#define CAPABILITY_COUNT_MAX 64

int caps_bound(int level, struct sbx_error *error)
{
	/* An init below another one in the same user namespace has inherited both. */
	if (prctl(PR_CAPBSET_READ, 0, 0, 0, 0) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return 0;
	for (unsigned long number = 0; number < CAPABILITY_COUNT_MAX; number++) {
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL && number > 0)
			break;
		return sbx_fail(error, STEP_BOUNDING_SET, level);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_NO_NEW_PRIVS, level);
	return 0;
}

int caps_drop(int level, struct sbx_error *error)
{
	return sys_capset_none() < 0 ? sbx_fail(error, STEP_DROP_CAPABILITIES, level) : 0;
}
