/* plan.h - the plan image: mapped read-only, validated once, then trusted. */
#ifndef PLAN_H
#define PLAN_H

#include "core/sbx.h"

/* Views into the mapped image; valid as long as the mapping. */
struct plan {
	const struct image_header *header;
#define SECTION_VIEW(section, name, type) const type *name;
	SBX_SECTIONS(SECTION_VIEW)
#undef SECTION_VIEW
	uint32_t sandbox_count;
	uint32_t slot_count;
	uint32_t expectation_count;
	uint32_t source_count; /* one a sandbox, then one a slot; others may be missing */
};

/*
 * Checks every count, offset and reference of `size` bytes at `image`, and fills *plan.
 * Errors: STEP_IMAGE_SIZE, _MAGIC, _VERSION, _SECTION or _RECORD; error->level then holds the
 * number of the section. Reads nothing outside the image, whatever its bytes.
 */
int plan_validate(const void *image, size_t size, struct plan *plan, struct sbx_error *error);

/* Maps the file and validates it. Errors: STEP_IMAGE_OPEN, else as plan_validate. */
int plan_map(const char *path, struct plan *plan, struct sbx_error *error);

static inline const char *plan_string(const struct plan *plan, uint32_t offset)
{
	return plan->strings + offset;
}

/* The record of a slot's process; NULL for an init of the shim's. */
static inline const struct image_process *plan_process(const struct plan *plan, uint32_t slot)
{
	uint32_t process = plan->slots[slot].process;

	return process == SBX_NONE ? NULL : &plan->processes[process];
}

#endif
