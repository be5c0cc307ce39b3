/* former.c - what a slot's last generation has left, where the next is to have its PIDs. */
#define _GNU_SOURCE
#include "init/former.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "core/procfs.h"
#include "core/sys.h"

/*
 * A PID is free again once no process has it as that of its group or session either: clone3 says
 * EEXIST until then. Source: clone(2), set_tid; credentials(7).
 */

/* How long it may take until the killed are reaped, by whomever. */
#define HELD_MS 1000u
/* Bytes of a directory read at once. */
#define DIRECTORY_SIZE 4096
/* Parents looked at in one search: chains of thousands are left to the next, when parents are gone. */
#define PARENTS_MAX 16384u

/* The numbers of level 0 are compared, as FD_PROC has them; nothing outside of `self` is signalled. */
struct search {
	uint32_t self; /* the supervisor: all that its slots have left descends from it */
	uint32_t former; /* the process that led the group and the session */
	bool spares_group; /* the group has had its signal */
	int number;
	uint32_t parents; /* that may still be looked at */
};

static uint32_t own_pid(void)
{
	char text[16];
	const char *at = text;
	ssize_t size = readlinkat(FD_PROC, "self", text, sizeof(text) - 1);

	if (size <= 0)
		return 0;
	text[size] = '\0';
	return (uint32_t)procfs_number(&at);
}

static bool descends_from_self(struct search *search, uint32_t pid)
{
	struct procfs_stat stat;

	for (; search->parents > 0 && pid > 1; search->parents--) {
		if (pid == search->self)
			return true;
		if (!procfs_stat(FD_PROC, pid, &stat))
			return false;
		pid = stat.parent;
	}
	return false;
}

static bool is_left(const struct search *search, const struct procfs_stat *stat)
{
	bool is_in_group = stat->group == search->former;

	return stat->state != 'Z' && stat->state != 'X' &&
	       (is_in_group || stat->session == search->former) &&
	       !(is_in_group && search->spares_group);
}

static bool read_stat(int directory, struct procfs_stat *stat)
{
	int fd = openat(directory, "stat", O_RDONLY | O_CLOEXEC);
	bool is_read = fd >= 0 && procfs_read_stat(fd, stat);

	if (fd >= 0)
		(void)close(fd);
	return is_read;
}

/* By its directory, which names this process for good. Whether it took the signal. */
static bool signal_one(struct search *search, uint32_t pid)
{
	int directory = procfs_open(FD_PROC, pid, "");
	struct procfs_stat stat;
	bool took;

	if (directory < 0)
		return false;
	took = read_stat(directory, &stat) && is_left(search, &stat) &&
	       descends_from_self(search, stat.parent) &&
	       sys_pidfd_send_signal(directory, search->number) == 0 &&
	       sys_pidfd_send_signal(directory, SIGCONT) == 0;
	(void)close(directory);
	return took;
}

static unsigned int signal_listed(struct search *search, const char *entries, long size)
{
	unsigned int count = 0;

	for (long at = 0; at < size;) {
		const struct dirent64 *item = (const void *)(entries + at);
		const char *name = item->d_name;
		uint32_t pid = (uint32_t)procfs_number(&name);
		struct procfs_stat stat;

		at += item->d_reclen;
		if (*name == '\0' && pid != 0 && procfs_stat(FD_PROC, pid, &stat) &&
		    is_left(search, &stat))
			count += signal_one(search, pid);
	}
	return count;
}

/* Whatever forks, and in which thread: so all processes are looked at. Returns how many took it. */
static unsigned int signal_left(const struct child *child, int number, bool spares_group)
{
	char entries[DIRECTORY_SIZE] __attribute__((aligned(8)));
	struct search search = {
		.self = own_pid(),
		.former = child->last_outermost,
		.spares_group = spares_group,
		.number = number,
		.parents = PARENTS_MAX,
	};
	int proc = openat(FD_PROC, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned int count = 0;
	long size;

	if (search.self == 0 || search.former == 0 || proc < 0) {
		if (proc >= 0)
			(void)close(proc);
		return 0;
	}
	while ((size = syscall(SYS_getdents64, proc, entries, sizeof(entries))) > 0)
		count += signal_listed(&search, entries, size);
	(void)close(proc);
	return count;
}

/* Somebody is in a group of that number. EPERM: by whomever it is led now. */
static bool group_lives(const struct child *child)
{
	return kill(-child->last_pid, 0) == 0 || errno == EPERM;
}

/* Asks what is left to end, and sets how long it may take to. */
static void ask_to_end(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	const struct image_process *process =
		plan_process(&supervisor->run->plan, supervise_slot(supervisor, index));
	unsigned int asked = signal_left(child, SIGTERM, child->group_was_stopped);
	uint64_t grace_ms = 0;

	SBX_ASSERT(process != NULL);
	if (asked > 0 || (child->group_was_stopped && group_lives(child)))
		grace_ms = process->stop_grace_ms;
	child->former_until = sys_now() + grace_ms * SBX_NS_PER_MS;
}

bool former_is_gone(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	uint64_t now;

	if (child->last_pid == 0)
		return true;
	if (!supervise_is_vacant(child))
		return false;
	if (!group_lives(child))
		return true;
	if (child->former_until == 0)
		ask_to_end(supervisor, index);
	now = sys_now();
	if (now < child->former_until)
		return false;
	/* Where nobody is left to kill, the number is another's, or about to be free. */
	return signal_left(child, SIGKILL, false) == 0 ||
	       now >= child->former_until + HELD_MS * SBX_NS_PER_MS;
}

bool former_holds_pid(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	struct table_slot *state =
		&supervisor->run->table.slots[supervise_slot(supervisor, index)];
	uint64_t now;

	if (child->last_pid == 0 || table_load(&state->fault_step) != STEP_CLONE_PROCESS ||
	    state->fault_errno != EEXIST)
		return false;
	if (child->former_until == 0)
		ask_to_end(supervisor, index);
	now = sys_now();
	if (now >= child->former_until)
		(void)signal_left(child, SIGKILL, false);
	if (now >= child->former_until + HELD_MS * SBX_NS_PER_MS) {
		table_store(&state->fault_step, STEP_PID_HELD);
		return false;
	}
	table_begin_generation(state);
	return true;
}
