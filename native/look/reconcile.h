/* reconcile.h - making one consistent snapshot of rows that were read one after the other. */
#ifndef RECONCILE_H
#define RECONCILE_H

#include "look/rows.h"

/*
 * Drops the rows of processes that have ended, so that all that remain lived at one moment, and
 * fills in their parents' PIDs. A parent that belongs to the run and has no row gets one behind the
 * others: `all` has space for 2 * count. Returns the new count, -1 if there is no memory.
 */
int64_t reconcile_rows(const struct snapshot_options *options, struct snapshot_entry *all,
		       uint32_t count);

#endif
