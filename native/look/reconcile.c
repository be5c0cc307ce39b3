/* reconcile.c - making one consistent snapshot of rows that were read one after the other. */
#include "look/reconcile.h"

#include <string.h>

#include "core/procfs.h"
#include "look/vmem.h"
#include "look/pidns.h"

/* An orphan gets a new parent; how often one row is read again for that. */
#define LOOKS_MAX 4

/* The rows, and space for those that are added. */
struct rows {
	struct snapshot_entry *all;
	uint32_t count, capacity;
	struct pid_numbers *row_of; /* by PID, index + 1 */
};

/* Whether the process still has its PID: the same at level 0 and in the run's outermost namespace. */
static bool still_exists(const struct snapshot_options *options, const struct snapshot_entry *entry)
{
	struct procfs_stat stat;

	if (entry->root != PIDNS_OWN && pidns_translates())
		return pidns_pid(entry->root, entry->pid) ==
		       row_pids(entry->row)[pidns_level(entry->root)];
	return procfs_stat(options->proc, entry->pid, &stat) &&
	       rows_start_ns(stat.start_ticks) == entry->row->start_ns;
}

/* The parent's entry, if there is one; its row may have been dropped. */
static const struct snapshot_entry *parent_of(const struct rows *rows,
					      const struct snapshot_entry *child)
{
	uint32_t pid = row_parents(child->row)[0];

	uint32_t number = pid_number(rows->row_of, pid);

	return number != 0 ? &rows->all[number - 1] : NULL;
}

/* A process that is younger than the child has been given the earlier parent's PID. */
static bool is_parent(const struct snapshot_entry *parent, const struct snapshot_entry *child)
{
	return parent != NULL && parent->row != NULL &&
	       parent->row->start_ns <= child->row->start_ns;
}

/* A parent has no PID in a namespace that it is not in: those levels stay 0. */
static void fill_parents(const struct snapshot_row *parent, struct snapshot_row *row)
{
	for (uint32_t level = 1; level <= row->level && level <= parent->level; level++)
		row_parents(row)[level] = row_pids((struct snapshot_row *)parent)[level];
}

/*
 * For a parent without a row: it is outside the run, in namespaces around it, or it is hidden. The
 * kernel translates its PID into the child's namespaces either way.
 */
static void fill_outside(const struct snapshot_entry *entry)
{
	uint32_t *parents = row_parents(entry->row);
	int own = pidns_known(entry->row->inodes[NAMESPACE_PID]);
	int pidns = own > entry->root ? own : entry->root;

	for (int level = 1; level <= pidns_level(pidns); level++)
		parents[level] = pidns_pid(pidns_at_level(pidns, level), parents[0]);
}

/* False: the process has ended. *has_changed: it has another parent now. */
static bool look_again(const struct snapshot_options *options, const struct snapshot_entry *entry,
		       bool *has_changed)
{
	uint32_t *parent = row_parents(entry->row);
	struct procfs_stat stat;

	if (!procfs_stat(options->proc, entry->pid, &stat) ||
	    rows_start_ns(stat.start_ticks) != entry->row->start_ns)
		return false;
	*has_changed = stat.parent != *parent;
	*parent = stat.parent;
	return true;
}

/* Adds a row for the parent. False: it has one, or is outside the run, or has ended. */
static bool add_parent(const struct snapshot_options *options, struct rows *rows,
		       const struct snapshot_entry *child)
{
	uint32_t pid = row_parents(child->row)[0];
	struct snapshot_entry *parent = &rows->all[rows->count];

	if (child->root == PIDNS_OWN || rows->count == rows->capacity || pid >= PID_LIMIT ||
	    pid_number(rows->row_of, pid) != 0 || pidns_pid(child->root, pid) == 0)
		return false;
	*parent = (struct snapshot_entry){ .pid = pid, .root = child->root };
	if (!rows_read_one(options, parent))
		return false;
	return pid_number_set(rows->row_of, pid, ++rows->count) == 0;
}

/* False: the process has ended. */
static bool find_parent(const struct snapshot_options *options, struct rows *rows,
			const struct snapshot_entry *entry)
{
	for (int looks = 0; looks < LOOKS_MAX; looks++) {
		const struct snapshot_entry *parent = parent_of(rows, entry);
		bool has_changed = false;

		if (is_parent(parent, entry)) {
			fill_parents(parent->row, entry->row);
			return true;
		}
		if (add_parent(options, rows, entry))
			continue;
		if (!look_again(options, entry, &has_changed))
			return false;
		if (!has_changed)
			break;
	}
	fill_outside(entry);
	return true;
}

/* Dropping a row leaves its children without a parent, so the children are looked at again. */
static void find_parents(const struct snapshot_options *options, struct rows *rows)
{
	bool has_dropped = true;

	for (int looks = 0; has_dropped && looks < LOOKS_MAX; looks++) {
		has_dropped = false;
		for (uint32_t i = 0; i < rows->count; i++) {
			struct snapshot_entry *entry = &rows->all[i];

			if (entry->row == NULL ||
			    (looks > 0 && (parent_of(rows, entry) == NULL ||
					   is_parent(parent_of(rows, entry), entry))))
				continue;
			if (!find_parent(options, rows, entry)) {
				entry->row = NULL;
				has_dropped = true;
			}
		}
	}
}

int64_t reconcile_rows(const struct snapshot_options *options, struct snapshot_entry *all,
		       uint32_t count)
{
	static struct pid_numbers row_of;
	struct rows rows = { .all = all, .count = count, .capacity = 2 * count, .row_of = &row_of };

	for (uint32_t i = 0; i < count; i++) {
		if (all[i].row != NULL && !still_exists(options, &all[i]))
			all[i].row = NULL;
		if (all[i].row != NULL && pid_number_set(&row_of, all[i].pid, i + 1) < 0)
			return -1;
	}
	find_parents(options, &rows);
	return rows.count;
}
