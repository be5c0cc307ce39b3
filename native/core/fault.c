/* fault.c - what is said of a failed step: its name, whom it speaks of, and the line for people. */
#define _GNU_SOURCE
#include "core/fault.h"

#include <string.h>

/* Characters of one line, a long path included. */
#define LINE_SIZE 1024

static const char *const step_names[STEP_COUNT] = {
#define NAME(step, name, scope) [step] = name,
	SBX_STEPS(NAME)
#undef NAME
};

static const enum step_scope step_scopes[STEP_COUNT] = {
#define SCOPE(step, name, scope) [step] = scope,
	SBX_STEPS(SCOPE)
#undef SCOPE
};

/* One row for each number up to the largest: an enum that has more or fewer does not compile. */
#define ONE(step, name, scope) +1
_Static_assert(0 SBX_STEPS(ONE) == STEP_COUNT, "each step has its row");
#undef ONE

const char *step_name(enum step step)
{
	return step < STEP_COUNT ? step_names[step] : "unknown";
}

enum step_scope step_scope(enum step step)
{
	return step < STEP_COUNT ? step_scopes[step] : SCOPE_HOST;
}

struct errno_text errno_text(int number)
{
	struct errno_text result;
	static const char *const names[] = {
#define NAME(number) [number] = #number,
		SBX_ERRNOS(NAME)
#undef NAME
	};

	if (number >= 0 && (size_t)number < sizeof(names) / sizeof(names[0]) && names[number] != NULL)
		(void)snprintf(result.text, sizeof(result.text), "%s", names[number]);
	else
		(void)snprintf(result.text, sizeof(result.text), "errno %d", number);
	return result;
}

/* Where the spec asks for a slot, or NULL; an image made without its text knows no lines. */
static const struct image_source *source_of(const struct plan *plan, uint32_t slot)
{
	const struct image_source *source;

	if (plan->header == NULL || slot == SBX_NONE ||
	    plan->sandbox_count + slot >= plan->source_count)
		return NULL;
	source = &plan->sources[plan->sandbox_count + slot];
	return source->line == 0 ? NULL : source;
}

void fault_print(const struct plan *plan, uint32_t slot, const struct sbx_error *error)
{
	const struct image_source *source = source_of(plan, slot);
	const char *path = slot == SBX_NONE ? "" : plan_string(plan, plan->slots[slot].path);
	char location[LINE_SIZE] = "";
	char line[LINE_SIZE];
	int size;

	if (source != NULL)
		(void)snprintf(location, sizeof(location), ", at %s:%u",
			       plan_string(plan, source->file), source->line);
	size = snprintf(line, sizeof(line), "sandbox-shim: %s%s%s: %s, level %d%s\n", path,
			path[0] == '\0' ? "" : ": ", step_name(error->step),
			errno_text(error->err).text, error->level, location);
	if (size >= (int)sizeof(line)) {
		size = sizeof(line) - 1;
		line[size - 1] = '\n';
	}
	(void)!write(STDERR_FILENO, line, (size_t)size);
}
