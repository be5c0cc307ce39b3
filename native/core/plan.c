/* plan.c - the plan image: read into memory, validated once, then trusted. */
#define _GNU_SOURCE
#include "core/plan.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Bytes of one record, by section. */
static const size_t record_sizes[SECTION_COUNT] = {
#define RECORD_SIZE(section, name, type) [section] = sizeof(type),
	SBX_SECTIONS(RECORD_SIZE)
#undef RECORD_SIZE
};

/* The image under validation, with the count of records of each section. */
struct reader {
	const uint8_t *bytes;
	size_t size;
	const struct plan *plan;
	uint32_t counts[SECTION_COUNT];
};

static const void *section_at(const struct reader *reader, enum section section)
{
	const struct image_header *header = (const struct image_header *)reader->bytes;

	return reader->bytes + header->sections[section * 2];
}

static bool sections_fit(struct reader *reader, struct sbx_error *error)
{
	const struct image_header *header = (const struct image_header *)reader->bytes;

	for (unsigned int s = 0; s < SECTION_COUNT; s++) {
		uint64_t offset = header->sections[s * 2];
		uint64_t count = header->sections[s * 2 + 1];

		if (offset % 8 != 0 || offset < sizeof(*header) ||
		    offset + count * record_sizes[s] > reader->size) {
			errno = EINVAL;
			(void)sbx_fail(error, STEP_IMAGE_SECTION, (int)s);
			return false;
		}
		reader->counts[s] = (uint32_t)count;
	}
	return true;
}

static bool range_fits(const struct reader *reader, enum section section, uint32_t first,
		       uint32_t count)
{
	return (uint64_t)first + count <= reader->counts[section];
}

static bool string_fits(const struct reader *reader, uint32_t offset)
{
	/* The pool ends in a NUL (checked first), so each offset in it starts a string. */
	return offset < reader->counts[SECTION_STRINGS];
}

static bool list_fits(const struct reader *reader, uint32_t offset, uint32_t count)
{
	uint32_t size = reader->counts[SECTION_STRINGS];
	const char *strings = section_at(reader, SECTION_STRINGS);

	if (count > SBX_STRING_LIST_MAX)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (offset >= size)
			return false;
		offset += (uint32_t)strlen(strings + offset) + 1;
	}
	return true;
}

static bool signal_fits(uint32_t number)
{
	return number >= 1 && number <= SBX_SIGNAL_MAX;
}

static bool sandbox_fits(const struct reader *reader, uint32_t index)
{
	const struct image_sandbox *planned = &reader->plan->sandboxes[index];
	uint32_t slots = reader->counts[SECTION_SLOTS];

	const struct image_sandbox *before = index == 0 ? NULL : planned - 1;

	/* Plan order: the parent stands before, the slots follow one another; the root has none. */
	if (index == 0 ? planned->parent != SBX_NONE : planned->parent >= index)
		return false;
	if (planned->level > SBX_LEVEL_MAX || planned->init_mode >= INIT_MODE_COUNT ||
	    planned->user_mode >= USER_MODE_COUNT || planned->root >= ROOT_KIND_COUNT ||
	    planned->until_kind >= UNTIL_KIND_COUNT)
		return false;
	if (planned->slot_first != (before == NULL ? 0 : before->slot_end) ||
	    (index + 1 == reader->plan->sandbox_count && planned->slot_end != slots))
		return false;
	if (planned->slot_first >= planned->slot_end || planned->slot_end > slots ||
	    planned->init_slot < planned->slot_first || planned->init_slot >= planned->slot_end)
		return false;
	if (planned->until_kind == UNTIL_KIND_PROCESS &&
	    (planned->until_count == 0 || planned->until_first < planned->slot_first ||
	     (uint64_t)planned->until_first + planned->until_count > planned->slot_end))
		return false;
	if (planned->ns_helper_first != SBX_NONE &&
	    !range_fits(reader, SECTION_PIDS, planned->ns_helper_first, planned->level + 1))
		return false;
	if (planned->mapper_first != SBX_NONE &&
	    !range_fits(reader, SECTION_PIDS, planned->mapper_first, planned->level + 1))
		return false;
	if (planned->namespaces_new >= 1u << NAMESPACE_COUNT || !signal_fits(planned->stop_signal) ||
	    planned->stop_scope >= STOP_SCOPE_COUNT)
		return false;
	/* A process can be PID 1 only of a PID namespace of its own. */
	bool new_pid = planned->namespaces_new & 1u << NAMESPACE_PID;
	uint32_t above = index == 0 ? 0 : reader->plan->sandboxes[planned->parent].level;

	if (new_pid != (planned->init_mode != INIT_MODE_SUBREAPER) ||
	    planned->level != above + (new_pid ? 1 : 0))
		return false;
	return string_fits(reader, planned->path) && string_fits(reader, planned->name) &&
	       string_fits(reader, planned->hostname) && string_fits(reader, planned->domainname) &&
	       range_fits(reader, SECTION_GROUPS, planned->groups_first, planned->groups_count) &&
	       range_fits(reader, SECTION_ID_MAPS, planned->uid_map_first, planned->uid_map_count) &&
	       range_fits(reader, SECTION_ID_MAPS, planned->gid_map_first, planned->gid_map_count) &&
	       range_fits(reader, SECTION_MOUNTS, planned->mounts_first, planned->mounts_count) &&
	       range_fits(reader, SECTION_OWNED, planned->owned_first, planned->owned_count);
}

static bool slot_fits(const struct reader *reader, uint32_t index)
{
	const struct plan *plan = reader->plan;
	const struct image_slot *slot = &plan->slots[index];

	if (!string_fits(reader, slot->path) || slot->kind >= SLOT_KIND_COUNT ||
	    slot->sandbox >= reader->counts[SECTION_SANDBOXES] || slot->level > SBX_LEVEL_MAX)
		return false;

	const struct image_sandbox *planned = &plan->sandboxes[slot->sandbox];

	if (index < planned->slot_first || index >= planned->slot_end || slot->level != planned->level)
		return false;
	/* An init of the shim's has no process and is its sandbox's init; all others have one. */
	if (slot->kind == SLOT_KIND_INIT ? slot->process != SBX_NONE || planned->init_slot != index :
					   slot->process >= reader->counts[SECTION_PROCESSES])
		return false;
	if (planned->init_slot == index &&
	    (slot->kind == SLOT_KIND_PROCESS) != (planned->init_mode == INIT_MODE_PROCESS))
		return false;
	if (slot->supervisor != SBX_NONE &&
	    (slot->supervisor > slot->sandbox ||
	     plan->sandboxes[slot->supervisor].init_mode == INIT_MODE_PROCESS))
		return false;
	return range_fits(reader, SECTION_PIDS, slot->pids_first, slot->level + 1) &&
	       range_fits(reader, SECTION_DEPENDENTS, slot->dependents_first,
			  slot->dependents_count);
}

static bool process_numbers_fit(const struct image_process *process)
{
#define NUMBER_FITS(name, check)                                                                   \
	{                                                                                          \
		__typeof__(process->name) value = process->name;                                   \
                                                                                                   \
		(void)value;                                                                       \
		if (!(check))                                                                      \
			return false;                                                              \
	}
	SBX_PROCESS_NUMBERS(NUMBER_FITS)
#undef NUMBER_FITS
	return true;
}

static bool process_fits(const struct reader *reader, uint32_t index)
{
	const struct image_process *process = &reader->plan->processes[index];

	if (process->argv_count == 0 || process->stdin_kind >= STDIN_KIND_COUNT ||
	    process->stdout_kind >= OUTPUT_KIND_STDOUT ||
	    process->stderr_kind >= OUTPUT_KIND_COUNT || !signal_fits(process->stop_signal) ||
	    process->stop_scope >= STOP_SCOPE_COUNT)
		return false;
	if ((uint64_t)process->stdin_text + process->stdin_size >= reader->counts[SECTION_STRINGS])
		return false;
	return list_fits(reader, process->argv, process->argv_count) &&
	       list_fits(reader, process->env, process->env_count) &&
	       list_fits(reader, process->inherit_env, process->inherit_env_count) &&
	       string_fits(reader, process->cwd) && string_fits(reader, process->stdout_path) &&
	       string_fits(reader, process->stderr_path) && process_numbers_fit(process) &&
	       range_fits(reader, SECTION_LIMITS, process->limits_first, process->limits_count) &&
	       range_fits(reader, SECTION_GROUPS, process->groups_first, process->groups_count);
}

static bool owned_fits(const struct reader *reader)
{
	const struct plan *plan = reader->plan;
	const struct image_header *header = plan->header;

	if (!range_fits(reader, SECTION_OWNED, header->monitor_owned_first,
			header->monitor_owned_count))
		return false;
	for (uint32_t i = 0; i < reader->counts[SECTION_OWNED]; i++) {
		if (plan->owned[i] >= plan->slot_count)
			return false;
	}
	/* Each list holds the slots of that supervisor, each slot once: so lists do not overlap. */
	uint64_t total = header->monitor_owned_count;

	for (uint32_t b = 0; b < plan->sandbox_count; b++)
		total += plan->sandboxes[b].owned_count;
	if (total != plan->slot_count)
		return false;
	for (uint32_t b = 0; b <= plan->sandbox_count; b++) {
		bool monitor = b == plan->sandbox_count;
		uint32_t first = monitor ? header->monitor_owned_first :
					   plan->sandboxes[b].owned_first;
		uint32_t count = monitor ? header->monitor_owned_count :
					   plan->sandboxes[b].owned_count;

		for (uint32_t i = 0; i < count; i++) {
			uint32_t slot = plan->owned[first + i];

			if (plan->slots[slot].supervisor != (monitor ? SBX_NONE : b) ||
			    (i > 0 && plan->owned[first + i - 1] >= slot))
				return false;
		}
	}
	return true;
}

/* In order of slots, so that those of one slot are found by halving. */
static bool expectations_fit(const struct reader *reader)
{
	const struct plan *plan = reader->plan;

	for (uint32_t i = 0; i < plan->expectation_count; i++) {
		const struct image_expectation *expectation = &plan->expectations[i];

		if (expectation->slot >= plan->slot_count ||
		    expectation->what >= EXPECTATION_COUNT ||
		    expectation->level > plan->slots[expectation->slot].level ||
		    (i > 0 && plan->expectations[i - 1].slot > expectation->slot))
			return false;
	}
	return true;
}

static bool others_fit(const struct reader *reader)
{
	const struct plan *plan = reader->plan;
	const struct image_limit *limits = plan->limits;

	for (uint32_t i = 0; i < reader->counts[SECTION_DEPENDENTS]; i++) {
		const struct image_dependent *dependent = &plan->dependents[i];

		if (dependent->slot >= plan->slot_count ||
		    dependent->condition >= CONDITION_COUNT ||
		    plan->slots[dependent->slot].process == SBX_NONE)
			return false;
	}
	for (uint32_t i = 0; i < reader->counts[SECTION_LIMITS]; i++) {
		if (limits[i].resource >= RLIM_NLIMITS)
			return false;
	}
	for (uint32_t i = 0; i < reader->counts[SECTION_MOUNTS]; i++) {
		if (plan->mounts[i].kind >= MOUNT_KIND_COUNT ||
		    !string_fits(reader, plan->mounts[i].at))
			return false;
	}
	for (uint32_t i = 0; i < plan->source_count; i++) {
		if (!string_fits(reader, plan->sources[i].file))
			return false;
	}
	for (uint32_t i = 0; i < reader->counts[SECTION_PIDS]; i++) {
		if (plan->pids[i] > INT32_MAX)
			return false;
	}
	return true;
}

static int records_fit(const struct reader *reader, struct sbx_error *error)
{
	const struct plan *plan = reader->plan;

	errno = EINVAL;
	for (uint32_t i = 0; i < plan->sandbox_count; i++) {
		if (!sandbox_fits(reader, i))
			return sbx_fail(error, STEP_IMAGE_RECORD, SECTION_SANDBOXES);
	}
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		if (!slot_fits(reader, i))
			return sbx_fail(error, STEP_IMAGE_RECORD, SECTION_SLOTS);
	}
	for (uint32_t i = 0; i < reader->counts[SECTION_PROCESSES]; i++) {
		if (!process_fits(reader, i))
			return sbx_fail(error, STEP_IMAGE_RECORD, SECTION_PROCESSES);
	}
	if (!owned_fits(reader))
		return sbx_fail(error, STEP_IMAGE_RECORD, SECTION_OWNED);
	if (!others_fit(reader))
		return sbx_fail(error, STEP_IMAGE_RECORD, SECTION_DEPENDENTS);
	if (!expectations_fit(reader))
		return sbx_fail(error, STEP_IMAGE_RECORD, SECTION_EXPECTATIONS);
	return 0;
}

int plan_validate(const void *image, size_t size, struct plan *plan, struct sbx_error *error)
{
	const struct image_header *header = image;
	struct reader reader = { .bytes = image, .size = size, .plan = plan };

	SBX_ASSERT((uintptr_t)image % 8 == 0);
	errno = EINVAL;
	if (size < sizeof(*header) || size > SBX_IMAGE_SIZE_MAX)
		return sbx_fail(error, STEP_IMAGE_SIZE, 0);
	if (memcmp(header->magic, SBX_IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return sbx_fail(error, STEP_IMAGE_MAGIC, 0);
	if (header->version != SBX_WIRE_VERSION)
		return sbx_fail(error, STEP_IMAGE_VERSION, 0);
	if (header->size != size)
		return sbx_fail(error, STEP_IMAGE_SIZE, 0);
	if (!sections_fit(&reader, error))
		return -1;

	*plan = (struct plan){
		.header = header,
#define SECTION_VIEW(section, name, type) .name = section_at(&reader, section),
		SBX_SECTIONS(SECTION_VIEW)
#undef SECTION_VIEW
		.sandbox_count = reader.counts[SECTION_SANDBOXES],
		.slot_count = reader.counts[SECTION_SLOTS],
		.expectation_count = reader.counts[SECTION_EXPECTATIONS],
		.source_count = reader.counts[SECTION_SOURCES],
	};
	uint32_t pool = reader.counts[SECTION_STRINGS];

	errno = EINVAL;
	if (plan->sandbox_count == 0 || plan->sandbox_count > SBX_SANDBOX_COUNT_MAX)
		return sbx_fail(error, STEP_IMAGE_SECTION, SECTION_SANDBOXES);
	if (plan->slot_count == 0 || plan->slot_count > SBX_SLOT_COUNT_MAX)
		return sbx_fail(error, STEP_IMAGE_SECTION, SECTION_SLOTS);
	if (pool == 0 || plan->strings[0] != '\0' || plan->strings[pool - 1] != '\0')
		return sbx_fail(error, STEP_IMAGE_SECTION, SECTION_STRINGS);
	return records_fit(&reader, error);
}

/* Reads all of `size` bytes. A file that shrinks meanwhile is an error, not a short image. */
static bool read_all(int fd, uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, bytes + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

int plan_map(const char *path, struct plan *plan, struct sbx_error *error)
{
	struct stat status;
	void *image = MAP_FAILED;
	/* A FIFO would be waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return sbx_fail(error, STEP_IMAGE_OPEN, 0);
	if (fstat(fd, &status) < 0) {
		(void)sbx_fail(error, STEP_IMAGE_OPEN, 0);
		goto fail;
	}
	errno = EINVAL;
	if (!S_ISREG(status.st_mode)) {
		(void)sbx_fail(error, STEP_IMAGE_KIND, 0);
		goto fail;
	}
	if (status.st_size <= 0 || status.st_size > SBX_IMAGE_SIZE_MAX) {
		(void)sbx_fail(error, STEP_IMAGE_SIZE, 0);
		goto fail;
	}
	/*
	 * A copy, not a mapping of the file: nobody can change what was validated. Shared, as what each
	 * init would have of its own costs every fork below it, and more the deeper it is.
	 */
	image = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (image == MAP_FAILED || !read_all(fd, image, (size_t)status.st_size) ||
	    mprotect(image, (size_t)status.st_size, PROT_READ) < 0) {
		(void)sbx_fail(error, STEP_IMAGE_OPEN, 0);
		goto fail;
	}
	(void)close(fd);
	return plan_validate(image, (size_t)status.st_size, plan, error);

fail:
	(void)close(fd);
	return -1;
}
