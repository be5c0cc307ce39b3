/* caps.c - giving up capabilities. */
#define _GNU_SOURCE
#include "build/caps.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "build/keys.h"
#include "core/sys.h"

/*
 * What this process, or the one it is a fork of, has done already. A fork inherits both; an execve
 * ends the shim.
 */
static bool is_bounded, is_filtered;

static bool may_bound(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, sets) == 0 && sets[0].effective & 1u << CAP_SETPCAP;
}

/*
 * Without CAP_SETPCAP the set stays: with no_new_privs and no capability left an execve gains none
 * from it. Source: capabilities(7), prctl(2).
 */
static int empty_bounding_set(int level, struct sbx_error *error)
{
	for (unsigned long number = 0;; number++) {
		int err;

		/* One that is out already may be dropped again: asking first would double the calls. */
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0)
			continue;
		err = errno;
		/* The kernel answers EINVAL for the first number that it does not know. */
		switch (prctl(PR_CAPBSET_READ, number, 0, 0, 0)) {
		case -1:
			return 0;
		case 0:
			continue;
		}
		if (err == EPERM && !may_bound())
			return 0;
		errno = err;
		return sbx_fail(error, STEP_BOUNDING_SET, level);
	}
}

int caps_bound(int level, struct sbx_error *error)
{
	if (!is_bounded && empty_bounding_set(level, error) < 0)
		return -1;
	is_bounded = true;
	if (is_filtered)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_NO_NEW_PRIVS, level);
	if (keys_refuse(level, error) < 0)
		return -1;
	is_filtered = true;
	return 0;
}

void caps_entered_userns(void)
{
	is_bounded = false;
}

int caps_drop(int level, struct sbx_error *error)
{
	return sys_capset_none() < 0 ? sbx_fail(error, STEP_DROP_CAPABILITIES, level) :
				       sbx_done(STEP_DROP_CAPABILITIES, level);
}
