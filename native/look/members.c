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
/* A run's outermost PID namespaces; it has one, unless sandboxes inherit theirs. */
#define ROOTS_MAX 1024
/* How many generations down to look for a process whose namespace may be read. */
#define GENERATIONS_MAX (2 * SBX_PIDS_MAX)
/* Hidden processes are searched up to this far above the highest PID that procfs shows. */
#define HIDDEN_AHEAD 4096u
/* An orphan gets a new parent; a chain that changes more often than this is not waited for. */
#define LOOKS_MAX 4

enum standing { UNKNOWN, MEMBER, OUTSIDER };

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

/* Whether the process lives but procfs hides it from this caller. */
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
 * The namespace with this inode, where procfs hides the monitor or the init (hidepid). A process that
 * procfs shows and that lives in the namespace leads to it.
 */
static int pidns_of_inode(uint32_t inode)
{
	uint32_t own;

	if (!list_processes())
		return PIDNS_NONE;
	for (uint32_t i = 0; i < count; i++) {
		(void)pidns_of(list[i].pid, &own);
		if (pidns_known(inode) > PIDNS_OWN)
			return pidns_known(inode);
	}
	return PIDNS_NONE;
}

int members_root(int procfs, uint32_t monitor, uint32_t inode)
{
	const char *text = monitor_children;
	int root = PIDNS_OWN;
	const char *at;

	proc = procfs;
	(void)children_of(monitor, monitor_children);
	if (!pidns_translates())
		return PIDNS_OWN;
	at = text;
	for (uint32_t child; root <= PIDNS_OWN && (child = (uint32_t)procfs_number(&at)) != 0;)
		root = pidns_of_init(child);
	at = text;
	if (root <= PIDNS_OWN && inode != 0 &&
	    (is_hidden(monitor) || is_hidden((uint32_t)procfs_number(&at))))
		root = pidns_of_inode(inode);
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

/* Whether `pid` is a child of the monitor: a hidden init has no parent in the list. */
static bool is_monitors(uint32_t pid)
{
	const char *at = monitor_children;

	for (uint32_t child; (child = (uint32_t)procfs_number(&at)) != 0;) {
		if (child == pid)
			return true;
	}
	return false;
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
		} else if (last->parent == monitor || is_monitors(last->parent)) {
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
	if (!list_processes())
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

/*
 * The kernel gives PIDs upwards, so a hidden process has a number below or not far above the highest
 * shown. It translates a PID without asking for rights over the process.
 */
void members_hidden(uint32_t monitor, int root, void (*report)(uint32_t pid))
{
	uint32_t last = 0;
	const char *at = monitor_children;
	bool has_hidden = is_hidden(monitor);

	for (uint32_t child; (child = (uint32_t)procfs_number(&at)) != 0;)
		has_hidden = has_hidden || is_hidden(child);
	if (!has_hidden)
		return;
	if (root <= PIDNS_OWN) {
		report(0);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = pidns_pid(root, list[i].pid);

		last = number > last ? number : last;
	}
	for (uint32_t number = 1; number <= last + HIDDEN_AHEAD; number++) {
		uint32_t pid = pidns_process(root, number);

		if (pid != 0 && is_hidden(pid))
			report(pid);
	}
}
