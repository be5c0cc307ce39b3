/* reconcile.c - making one moment of rows that were read one after the other. */
#include "look/reconcile.h"

#include <string.h>

#include "core/procfs.h"
#include "look/vmem.h"
#include "look/pidns.h"

/* A parent that has ended leaves its children to another; more often than this is no accident. */
#define LOOKS_MAX 4

/* All rows, and those to come. */
struct rows {
	struct seen *all;
	uint32_t count, room;
	struct pid_numbers *row_of; /* by PID, index + 1 */
};

/* Whether its PID still is its own: the same at level 0 and in the run's outermost namespace. */
static bool is_there(const struct rows_wish *wish, const struct seen *seen)
{
	struct procfs_stat stat;

	if (seen->root != SPACE_OWN && spaces_translate())
		return spaces_pid(seen->root, seen->pid) ==
		       row_pids(seen->row)[spaces_level(seen->root)];
	return procfs_stat(wish->proc, seen->pid, &stat) &&
	       rows_start_ns(stat.start_ticks) == seen->row->start_ns;
}

/* The row of the parent, if it ever had one; it may have been left out. */
static const struct seen *parent_of(const struct rows *rows, const struct seen *child)
{
	uint32_t pid = row_parents(child->row)[0];

	uint32_t number = pid_number(rows->row_of, pid);

	return number != 0 ? &rows->all[number - 1] : NULL;
}

/* One that is younger than its child has been given the PID of the parent that was. */
static bool is_parent(const struct seen *parent, const struct seen *child)
{
	return parent != NULL && parent->row != NULL &&
	       parent->row->start_ns <= child->row->start_ns;
}

/* 0 at each level of which the parent is outside: a namespace of the child's that it is not in. */
static void fill_parents(const struct snapshot_row *parent, struct snapshot_row *row)
{
	for (uint32_t level = 1; level <= row->level && level <= parent->level; level++)
		row_parents(row)[level] = row_pids((struct snapshot_row *)parent)[level];
}

/*
 * Of a parent without a row: it is not of the run and in namespaces around the run's, or it is
 * hidden. The kernel tells its PIDs in the child's namespaces either way.
 */
static void fill_outside(const struct seen *seen)
{
	uint32_t *parents = row_parents(seen->row);
	int own = spaces_known(seen->row->inodes[NAMESPACE_PID]);
	int space = own > seen->root ? own : seen->root;

	for (int level = 1; level <= spaces_level(space); level++)
		parents[level] = spaces_pid(spaces_at(space, level), parents[0]);
}

/* False: the process has ended. Else *has_changed says whether it has another parent by now. */
static bool look_again(const struct rows_wish *wish, const struct seen *seen, bool *has_changed)
{
	uint32_t *parent = row_parents(seen->row);
	struct procfs_stat stat;

	if (!procfs_stat(wish->proc, seen->pid, &stat) ||
	    rows_start_ns(stat.start_ticks) != seen->row->start_ns)
		return false;
	*has_changed = stat.parent != *parent;
	*parent = stat.parent;
	return true;
}

/* Whether its parent is of the run, and has a row only now. */
static bool add_parent(const struct rows_wish *wish, struct rows *rows, const struct seen *child)
{
	uint32_t pid = row_parents(child->row)[0];
	struct seen *parent = &rows->all[rows->count];

	if (child->root == SPACE_OWN || rows->count == rows->room || pid >= PID_LIMIT ||
	    pid_number(rows->row_of, pid) != 0 || spaces_pid(child->root, pid) == 0)
		return false;
	*parent = (struct seen){ .pid = pid, .root = child->root };
	if (!rows_read_one(wish, parent))
		return false;
	return pid_number_set(rows->row_of, pid, ++rows->count) == 0;
}

/* False: it has ended. */
static bool find_parent(const struct rows_wish *wish, struct rows *rows, const struct seen *seen)
{
	for (int looks = 0; looks < LOOKS_MAX; looks++) {
		const struct seen *parent = parent_of(rows, seen);
		bool has_changed = false;

		if (is_parent(parent, seen)) {
			fill_parents(parent->row, seen->row);
			return true;
		}
		if (add_parent(wish, rows, seen))
			continue;
		if (!look_again(wish, seen, &has_changed))
			return false;
		if (!has_changed)
			break;
	}
	fill_outside(seen);
	return true;
}

/* What has lost its row here is missing to its children, so they are looked at again. */
static void find_parents(const struct rows_wish *wish, struct rows *rows)
{
	bool has_lost = true;

	for (int looks = 0; has_lost && looks < LOOKS_MAX; looks++) {
		has_lost = false;
		for (uint32_t i = 0; i < rows->count; i++) {
			struct seen *seen = &rows->all[i];

			if (seen->row == NULL ||
			    (looks > 0 && (parent_of(rows, seen) == NULL ||
					   is_parent(parent_of(rows, seen), seen))))
				continue;
			if (!find_parent(wish, rows, seen)) {
				seen->row = NULL;
				has_lost = true;
			}
		}
	}
}

int64_t settle_rows(const struct rows_wish *wish, struct seen *all, uint32_t count)
{
	static struct pid_numbers row_of;
	struct rows rows = { .all = all, .count = count, .room = 2 * count, .row_of = &row_of };

	for (uint32_t i = 0; i < count; i++) {
		if (all[i].row != NULL && !is_there(wish, &all[i]))
			all[i].row = NULL;
		if (all[i].row != NULL && pid_number_set(&row_of, all[i].pid, i + 1) < 0)
			return -1;
	}
	find_parents(wish, &rows);
	return rows.count;
}
