/* log_account.h - the descriptors that logged output takes, counted before they are needed. */
#ifndef LOG_ACCOUNT_H
#define LOG_ACCOUNT_H

#include "core/shared.h"

/* The monitor's alone. Errors: STEP_LOG_ACCOUNT. */
int log_account_open(const struct run *run, struct sbx_error *error);

/* Gives its memory back. */
void log_account_close(void);

/*
 * Sets aside a descriptor for each stream of `slot` that is logged, until its pipe is closed. False
 * with EMFILE where the monitor could not hold them: its output would be lost.
 */
bool log_account_reserve(uint32_t slot);

/* The monitor has the read ends of these streams (bits by enum stream). */
void log_account_arrived(uint32_t slot, uint32_t streams);

/* One read end has been closed. */
void log_account_closed(void);

/* The slot has not started: its pipes do not come. */
void log_account_cancel(uint32_t slot);

/* Notes in its slot that output is missing, and why (0: not known); the run fails by that. */
void log_account_gap(uint32_t slot, int err);

/* At the end of the run: a supervisor that died had read ends that it could not hand over. */
void log_account_end(void);

#endif
