/* members.c - which processes belong to a run. */
#define _GNU_SOURCE
#include "look/members.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/procfs.h"
#include "look/vmem.h"
#include "core/sbx.h"
#include "core/sys.h"
#include "look/pidns.h"

#define DIRECTORY_SIZE (64 * 1024)
#define CHILDREN_SIZE (64 * 1024)
/* Namespaces of a run that lie in none other of it; one, unless sandboxes inherit PIDs. */
#define ROOTS_MAX 1024
/* Generations that are gone down in search of one whose namespace may be seen. */
#define GENERATIONS_MAX (2 * SBX_PIDS_MAX)
/* Numbers above the highest that is seen in which hidden processes are looked for. */
#define HIDDEN_AHEAD 4096u
/* A parent that has ended leaves its children to another; more often than this is no accident. */
#define LOOKS_MAX 4

enum standing { UNKNOWN, MEMBER, STRANGER };

/* One for each process of /proc. */
struct entry {
	uint32_t parent; /* 0: not read */
	uint8_t standing;
};

/* All but the last have the order of /proc. */
static struct entry *entries;
static struct member *list;
static size_t entries_size, list_size;
static struct pid_numbers entry_of; /* by PID, its index + 1 */
static uint32_t count;
static char monitor_children[CHILDREN_SIZE];
static int roots[ROOTS_MAX];
static int root_count;
static int proc;

static int add_process(uint32_t pid)
{
	if ((count + 1) * sizeof(*entries) > entries_size) {
		entries = vmem_grow(entries, &entries_size);
		if (entries == NULL)
			return -1;
	}
	if ((count + 1) * sizeof(*list) > list_size) {
		list = vmem_grow(list, &list_size);
		if (list == NULL)
			return -1;
	}
	list[count].pid = pid;
	return pid_number_set(&entry_of, pid, ++count);
}

static bool list_processes(void)
{
	static char buffer[DIRECTORY_SIZE] __attribute__((aligned(8)));
	long size;

	while ((size = syscall(SYS_getdents64, proc, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < size;) {
			const struct dirent64 *item = (const void *)(buffer + at);
			const char *name = item->d_name;
			uint32_t pid = (uint32_t)procfs_number(&name);

			at += item->d_reclen;
			if (*name != '\0' || pid == 0 || pid >= PID_LIMIT ||
			    pid_number(&entry_of, pid) != 0)
				continue;
			if (add_process(pid) < 0)
				return false;
		}
	}
	return size == 0;
}

static struct entry *entry_at(uint32_t pid)
{
	uint32_t number = pid_number(&entry_of, pid);

	return number != 0 ? &entries[number - 1] : NULL;
}

static bool is_inside(int root, uint32_t pid)
{
	uint32_t inode;

	if (spaces_translate())
		return spaces_pid(root, pid) != 0;
	return spaces_at(spaces_of(pid, &inode), spaces_level(root)) == root;
}

/* Everyone who is visible in `root` belongs to the run. */
static void add_root(int root)
{
	for (int i = 0; i < root_count; i++) {
		if (spaces_at(root, spaces_level(roots[i])) == roots[i])
			return;
	}
	if (root_count == ROOTS_MAX)
		return; /* its processes are found by their parents */
	roots[root_count++] = root;
	for (uint32_t i = 0; i < count; i++) {
		if (list[i].root != SPACE_OWN || !is_inside(root, list[i].pid))
			continue;
		list[i].root = root;
		entries[i].standing = MEMBER;
	}
}

/* The children of `pid`, as many as go into the text; empty where there is no such file. */
static const char *children_of(uint32_t pid, char text[CHILDREN_SIZE])
{
	char name[sizeof("task//children") + 10];

	(void)snprintf(name, sizeof(name), "task/%u/children", pid);
	if (procfs_read(proc, pid, name, text, CHILDREN_SIZE) < 0)
		text[0] = '\0';
	return text;
}

/*
 * Where `pid` is the init of a namespace, that one. An ordinary user may not see it in the shim's
 * own inits; their children, and theirs, live in it or below.
 */
static int space_of_init(uint32_t pid)
{
	static char text[CHILDREN_SIZE];
	uint32_t pids[SBX_PIDS_MAX], inode;
	int level = procfs_pids(proc, pid, pids);

	if (level < 1 || pids[level] != 1)
		return SPACE_NONE;
	for (int generation = 0; generation < GENERATIONS_MAX; generation++) {
		const char *at = children_of(pid, text);
		int space = spaces_of(pid, &inode);
		uint32_t child, first = (uint32_t)procfs_number(&at);

		for (child = first; space == SPACE_NONE && child != 0;) {
			space = spaces_of(child, &inode);
			child = (uint32_t)procfs_number(&at);
		}
		if (space != SPACE_NONE)
			return spaces_at(space, level);
		pid = first;
	}
	return SPACE_NONE;
}

/* Whether it lives, and procfs does not show it to this caller. */
static bool is_hidden(uint32_t pid)
{
	struct procfs_stat stat;
	int pidfd;

	if (procfs_stat(proc, pid, &stat))
		return false;
	pidfd = sys_pidfd_open((pid_t)pid);
	if (pidfd >= 0)
		(void)close(pidfd);
	return pidfd >= 0;
}

/*
 * The namespace at level 1 whose init is `pid`, where procfs hides that one (hidepid): by somebody
 * that it shows and that lives in it.
 */
static int space_of_hidden_init(uint32_t pid)
{
	uint32_t inode;

	if (!list_processes())
		return SPACE_NONE;
	for (uint32_t i = 0; i < count; i++) {
		int space = spaces_at(spaces_of(list[i].pid, &inode), 1);

		if (space > SPACE_OWN && spaces_process(space, 1) == pid)
			return space;
	}
	return SPACE_NONE;
}

int members_root(int procfs, uint32_t monitor)
{
	const char *text = monitor_children;
	int root = SPACE_OWN;
	const char *at;

	proc = procfs;
	(void)children_of(monitor, monitor_children);
	if (!spaces_translate())
		return SPACE_OWN;
	at = text;
	for (uint32_t child; root <= SPACE_OWN && (child = (uint32_t)procfs_number(&at)) != 0;)
		root = space_of_init(child);
	at = text;
	for (uint32_t child; root <= SPACE_OWN && (child = (uint32_t)procfs_number(&at)) != 0;)
		root = is_hidden(child) ? space_of_hidden_init(child) : SPACE_OWN;
	if (root <= SPACE_OWN)
		return SPACE_OWN;
	/* The others may be processes that were put into it from above. */
	at = text;
	for (uint32_t child; (child = (uint32_t)procfs_number(&at)) != 0;) {
		if (spaces_pid(root, child) == 0)
			return SPACE_OWN;
	}
	return root;
}

/* Whether the monitor has this child: its init may be hidden, which then has no parent here. */
static bool is_monitors(uint32_t pid)
{
	const char *at = monitor_children;

	for (uint32_t child; (child = (uint32_t)procfs_number(&at)) != 0;) {
		if (child == pid)
			return true;
	}
	return false;
}

/* Follows the parents up to one of whom it is known, then tells all on the way. */
static bool follow(struct entry *start, uint32_t monitor)
{
	enum standing found = UNKNOWN;
	struct entry *last = start;
	int looks = 0;

	/* No chain is longer than there are processes, even if a scan were to show a circle. */
	for (uint32_t steps = 0; found == UNKNOWN && steps <= count + LOOKS_MAX; steps++) {
		struct entry *above = entry_at(last->parent);
		struct procfs_stat stat;

		if (last->standing != UNKNOWN) {
			found = last->standing;
		} else if (last->parent == monitor || is_monitors(last->parent)) {
			found = MEMBER;
		} else if (above != NULL) {
			last = above;
		} else if (looks++ < LOOKS_MAX && last->parent != 0 &&
			   procfs_stat(proc, list[last - entries].pid, &stat) &&
			   stat.parent != last->parent) {
			last->parent = stat.parent; /* the one before has ended since */
		} else {
			found = STRANGER;
		}
	}
	for (struct entry *at = start; at != NULL && at->standing == UNKNOWN;) {
		at->standing = (uint8_t)(found == UNKNOWN ? STRANGER : found);
		at = at == last ? NULL : entry_at(at->parent);
	}
	return start->standing == MEMBER;
}

/* By descent, where there is no PID namespace around them; they may have made some below. */
static void find_by_parents(uint32_t monitor)
{
	for (uint32_t i = 0; i < count; i++) {
		struct procfs_stat stat;

		if (entries[i].standing == UNKNOWN && procfs_stat(proc, list[i].pid, &stat))
			entries[i].parent = stat.parent;
	}
	for (uint32_t i = 0; i < count; i++)
		(void)follow(&entries[i], monitor);
	for (uint32_t i = 0; i < count; i++) {
		int space;

		if (entries[i].standing != MEMBER || list[i].root != SPACE_OWN)
			continue;
		space = space_of_init(list[i].pid);
		if (space > SPACE_OWN)
			add_root(space);
	}
}

int members_find(int procfs, uint32_t monitor, int root, const struct member **members)
{
	uint32_t kept = 0;

	proc = procfs;
	if (!list_processes())
		return -1;
	if (root != SPACE_OWN)
		add_root(root);
	else
		find_by_parents(monitor);
	for (uint32_t i = 0; i < count; i++) {
		if (entries[i].standing == MEMBER && list[i].pid != monitor)
			list[kept++] = list[i];
	}
	*members = list;
	return (int)kept;
}

/*
 * PIDs are given upwards, so what is hidden has a number below, or not far above, the highest that
 * is seen; the kernel translates it without asking who is.
 */
void members_hidden(int root, void (*say)(uint32_t pid))
{
	uint32_t last = 0;
	const char *at = monitor_children;
	bool some = false;

	for (uint32_t child; (child = (uint32_t)procfs_number(&at)) != 0;)
		some = some || is_hidden(child);
	if (!some)
		return;
	if (root <= SPACE_OWN) {
		say(0);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = spaces_pid(root, list[i].pid);

		last = number > last ? number : last;
	}
	for (uint32_t number = 1; number <= last + HIDDEN_AHEAD; number++) {
		uint32_t pid = spaces_process(root, number);

		if (pid != 0 && is_hidden(pid))
			say(pid);
	}
}
