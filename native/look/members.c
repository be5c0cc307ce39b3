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
#include "look/pidns.h"

#define DIRECTORY_SIZE (64 * 1024)
#define CHILDREN_SIZE (64 * 1024)
/* A run's outermost PID namespaces; it has one, unless sandboxes inherit theirs. */
#define ROOTS_MAX 1024
/* How many generations down to look for a process whose namespace may be read. */
#define GENERATIONS_MAX (2 * SBX_PIDS_MAX)
/* An orphan gets a new parent; a chain that changes more often than this is not waited for. */
#define LOOKS_MAX 4

enum standing { UNKNOWN, MEMBER, OUTSIDER };

/* One for each process of /proc. */
struct entry {
	uint32_t parent; /* 0: not read */
	uint8_t standing;
};

/* Only the pages in use take memory. All but the last have the order of /proc. */
static struct entry *entries;
static struct member *list;
static uint32_t *entry_of; /* by PID, its index + 1 */
static uint32_t count;
static int roots[ROOTS_MAX];
static int root_count;
static int proc;

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
			if (*name != '\0' || pid == 0 || pid >= PID_LIMIT || entry_of[pid] != 0)
				continue;
			list[count].pid = pid;
			entry_of[pid] = ++count;
		}
	}
	return size == 0;
}

static struct entry *entry_at(uint32_t pid)
{
	return pid < PID_LIMIT && entry_of[pid] != 0 ? &entries[entry_of[pid] - 1] : NULL;
}

static bool is_inside(int root, uint32_t pid)
{
	uint32_t inode;

	if (pidns_translates())
		return pidns_pid(root, pid) != 0;
	return pidns_at_level(pidns_of(pid, &inode), pidns_level(root)) == root;
}

/* Everyone who is visible in `root` belongs to the run. */
static void add_root(int root)
{
	for (int i = 0; i < root_count; i++) {
		if (pidns_at_level(root, pidns_level(roots[i])) == roots[i])
			return;
	}
	if (root_count == ROOTS_MAX)
		return; /* its processes are members by their parents */
	roots[root_count++] = root;
	for (uint32_t i = 0; i < count; i++) {
		if (list[i].root != PIDNS_OWN || !is_inside(root, list[i].pid))
			continue;
		list[i].root = root;
		entries[i].standing = MEMBER;
	}
}

/* The children of `pid`, as many as fit the text; empty where the kernel has no such file. */
static const char *children_of(uint32_t pid, char text[CHILDREN_SIZE])
{
	char name[sizeof("task//children") + 10];

	(void)snprintf(name, sizeof(name), "task/%u/children", pid);
	if (procfs_read(proc, pid, name, text, CHILDREN_SIZE) < 0)
		text[0] = '\0';
	return text;
}

/*
 * The namespace that `pid` is the init of, else PIDNS_NONE. An ordinary user may not read the
 * namespaces of the shim's own inits, so descendants are asked: they live in it or below.
 */
static int pidns_of_init(uint32_t pid)
{
	static char text[CHILDREN_SIZE];
	uint32_t pids[SBX_PIDS_MAX], inode;
	int level = procfs_pids(proc, pid, pids);

	if (level < 1 || pids[level] != 1)
		return PIDNS_NONE;
	for (int generation = 0; generation < GENERATIONS_MAX; generation++) {
		const char *at = children_of(pid, text);
		int pidns = pidns_of(pid, &inode);
		uint32_t child, first = (uint32_t)procfs_number(&at);

		for (child = first; pidns == PIDNS_NONE && child != 0;) {
			pidns = pidns_of(child, &inode);
			child = (uint32_t)procfs_number(&at);
		}
		if (pidns != PIDNS_NONE)
			return pidns_at_level(pidns, level);
		pid = first;
	}
	return PIDNS_NONE;
}

int members_root(int procfs, uint32_t monitor)
{
	static char text[CHILDREN_SIZE];
	int root = PIDNS_OWN;
	const char *at;

	proc = procfs;
	if (!pidns_translates())
		return PIDNS_OWN;
	at = children_of(monitor, text);
	for (uint32_t child; root <= PIDNS_OWN && (child = (uint32_t)procfs_number(&at)) != 0;)
		root = pidns_of_init(child);
	if (root <= PIDNS_OWN)
		return PIDNS_OWN;
	/* The monitor's other children must be in it too: they were cloned into it from above. */
	at = text;
	for (uint32_t child; (child = (uint32_t)procfs_number(&at)) != 0;) {
		if (pidns_pid(root, child) == 0)
			return PIDNS_OWN;
	}
	return root;
}

/* Follows the parents up to one whose standing is known, then gives it to all on the way. */
static bool follow(struct entry *start, uint32_t monitor)
{
	enum standing standing = UNKNOWN;
	struct entry *last = start;
	int looks = 0;

	/* No chain is longer than the process list, even if a scan shows a circle. */
	for (uint32_t steps = 0; standing == UNKNOWN && steps <= count + LOOKS_MAX; steps++) {
		struct entry *above = entry_at(last->parent);
		struct procfs_stat stat;

		if (last->standing != UNKNOWN) {
			standing = last->standing;
		} else if (last->parent == monitor) {
			standing = MEMBER;
		} else if (above != NULL) {
			last = above;
		} else if (looks++ < LOOKS_MAX && last->parent != 0 &&
			   procfs_stat(proc, list[last - entries].pid, &stat) &&
			   stat.parent != last->parent) {
			last->parent = stat.parent; /* the earlier parent has ended */
		} else {
			standing = OUTSIDER;
		}
	}
	for (struct entry *at = start; at != NULL && at->standing == UNKNOWN;) {
		at->standing = (uint8_t)(standing == UNKNOWN ? OUTSIDER : standing);
		at = at == last ? NULL : entry_at(at->parent);
	}
	return start->standing == MEMBER;
}

/* Without a PID namespace around the run: by descent, then by the namespaces that members made. */
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
		int root;

		if (entries[i].standing != MEMBER || list[i].root != PIDNS_OWN)
			continue;
		root = pidns_of_init(list[i].pid);
		if (root > PIDNS_OWN)
			add_root(root);
	}
}

int members_find(int procfs, uint32_t monitor, int root, const struct member **members)
{
	uint32_t member_count = 0;

	proc = procfs;
	entries = reserve(PID_LIMIT * sizeof(*entries));
	list = reserve(PID_LIMIT * sizeof(*list));
	entry_of = reserve(PID_LIMIT * sizeof(*entry_of));
	if (entries == NULL || list == NULL || entry_of == NULL || !list_processes())
		return -1;
	if (root != PIDNS_OWN)
		add_root(root);
	else
		find_by_parents(monitor);
	for (uint32_t i = 0; i < count; i++) {
		if (entries[i].standing == MEMBER && list[i].pid != monitor)
			list[member_count++] = list[i];
	}
	*members = list;
	return (int)member_count;
}
