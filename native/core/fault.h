/* fault.h - what is said of a failed step: its name, whom it speaks of, and the line for people. */
#ifndef FAULT_H
#define FAULT_H

#include "core/plan.h"

const char *step_name(enum step step);
enum step_scope step_scope(enum step step);

/* The name of an errno, or "errno" and its number. */
struct errno_text {
	char text[sizeof("errno -2147483648")];
};

struct errno_text errno_text(int number);

/*
 * Writes one line to stderr: the slot's path (SBX_NONE: the run's own), the step, the errno by name,
 * the level, and the place in the spec that asked for it, where the image knows it.
 */
void fault_print(const struct plan *plan, uint32_t slot, const struct sbx_error *error);

#endif
