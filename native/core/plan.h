/* plan.h - the plan image: mapped read-only, validated once, then trusted. */
#ifndef PLAN_H
#define PLAN_H

#include "core/sbx.h"

/* Views into the mapped image; valid as long as the mapping. */
struct plan {
	const struct image_header *header;
	const struct image_sandbox *sandboxes;
	const struct image_slot *slots;
	const struct image_process *processes;
	const uint32_t *owned;
	const struct image_dependent *dependents;
	const uint32_t *pids;
	const struct image_id_map *id_maps;
	const uint32_t *groups;
	const struct image_limit *limits;
	const struct image_mount *mounts;
	const struct image_expectation *expectations;
	const char *strings;
	uint32_t sandbox_count;
	uint32_t slot_count;
	uint32_t expectation_count;
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
