/* timens.c - time namespaces: made, set and entered by the first process of a sandbox. */
#define _GNU_SOURCE
#include "build/timens.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/own_file.h"
#include "core/sys.h"

#define NS_PER_SECOND 1000000000ll

/* Two lines of a clock's name, seconds and nanoseconds. */
#define OFFSETS_SIZE 256

/* What the line of `clock` in the text of a timens_offsets file says, in nanoseconds. */
static int64_t offset_in(const char *text, const char *clock)
{
	const char *line = strstr(text, clock);
	char *rest;
	long long seconds;

	if (line == NULL)
		return 0;
	seconds = strtoll(line + strlen(clock), &rest, 10);
	return seconds * NS_PER_SECOND + strtoll(rest, NULL, 10);
}

/* Whole seconds and what is left, from 0 to a second, as the kernel takes them. */
static int line_of(char *text, size_t size, const char *clock, int64_t ns)
{
	int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);

	return snprintf(text, size, "%s %lld %lld\n", clock, (long long)seconds,
			(long long)(ns - seconds * NS_PER_SECOND));
}

/*
 * The file is of the namespace for children, and speaks of the machine's own clocks: a new one has
 * the offsets of the one around it, which ours are added to. Both lines go in one write.
 */
static int set_offsets(const struct image_sandbox *sandbox)
{
	int fd = own_file_open("self/timens_offsets", O_RDWR, false);
	char text[OFFSETS_SIZE] = "";
	int64_t monotonic, boottime;
	ssize_t size = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	int result = -1;

	if (size > 0) {
		monotonic = offset_in(text, "monotonic") + sandbox->monotonic_offset_ns;
		boottime = offset_in(text, "boottime") + sandbox->boottime_offset_ns;
		size = line_of(text, sizeof(text), "monotonic", monotonic);
		size += line_of(text + size, sizeof(text) - (size_t)size, "boottime", boottime);
		result = write(fd, text, (size_t)size) == size ? 0 : -1;
	}
	if (fd >= 0)
		(void)close(fd);
	return result;
}

int timens_make(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	int level = (int)planned->level;
	int fd, result;

	if (!(planned->namespaces_new & 1u << NAMESPACE_TIME))
		return 0;
	if (unshare(CLONE_NEWTIME) < 0)
		return sbx_fail(error, STEP_TIME_MAKE, level);
	if ((planned->monotonic_offset_ns != 0 || planned->boottime_offset_ns != 0) &&
	    set_offsets(planned) < 0)
		return sbx_fail(error, STEP_TIME_OFFSETS, level);
	fd = openat(FD_PROC, "self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	result = fd < 0 ? -1 : setns(fd, CLONE_NEWTIME);
	if (result < 0)
		(void)sbx_fail(error, STEP_TIME_ENTER, level);
	else
		timens_entered(run, sandbox);
	if (fd >= 0)
		(void)close(fd);
	return result;
}

void timens_entered(const struct run *run, uint32_t sandbox)
{
	sys_clock_is_ahead(run->plan.sandboxes[sandbox].monotonic_offset_ns);
}
