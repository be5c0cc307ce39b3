/* reconcile.h - making one moment of rows that were read one after the other. */
#ifndef RECONCILE_H
#define RECONCILE_H

#include "look/rows.h"

/*
 * Leaves out all rows whose process has ended by now, so that those that remain lived at one and
 * the same moment, and fills in their parents' PIDs. A parent of the run's that has no row gets
 * one, behind the others: there is room for as many again. Returns the new count, -1 if there is no
 * memory.
 */
int64_t settle_rows(const struct rows_wish *wish, struct seen *all, uint32_t count);

#endif
