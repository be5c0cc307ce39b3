/* debug.c - one JSON line for each step of the shim, where somebody asks for it. */
#define _GNU_SOURCE
#include "core/debug.h"

#include <errno.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/plan.h"
#include "core/sys.h"
#include "core/table.h"

/* A line holds two texts of a user, each escaped and truncated to this. */
#define TEXT_SIZE_MAX 200
#define LINE_SIZE 1024

/* No longer number is read. */
#define FD_MAX (1 << 20)

_Static_assert(LINE_SIZE > 2 * TEXT_SIZE_MAX + 256, "numbers and names fit beside both texts");

static const char *const state_names[] = {
#define STATE(state, name) [state] = name,
	SBX_SLOT_STATES(STATE)
#undef STATE
};

struct debug debug = { .fd = -1, .slot = SBX_NONE };

struct line {
	char text[LINE_SIZE];
	size_t size;
};

void debug_open(const char *wanted, int number, const struct plan *plan)
{
	int fd = 0;

	if (wanted == NULL || wanted[0] == '\0')
		return;
	for (; *wanted >= '0' && *wanted <= '9' && fd < FD_MAX; wanted++)
		fd = fd * 10 + (*wanted - '0');
	/* "1" is the usual way to say yes, and output is no place for lines. */
	if (fd <= STDERR_FILENO || *wanted != '\0')
		fd = STDERR_FILENO;
	debug.fd = dup3(fd, number, O_CLOEXEC);
	debug.plan = plan;
}

static __attribute__((format(printf, 2, 3))) void add(struct line *line, const char *format, ...)
{
	size_t left = sizeof(line->text) - line->size;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(line->text + line->size, left, format, arguments);
	va_end(arguments);
	SBX_ASSERT(size >= 0 && (size_t)size < left);
	line->size += (size_t)size;
}

/* The text as a JSON string; a byte that is not plain ASCII is written as its escape. */
static void add_text(struct line *line, const char *name, const char *text)
{
	size_t end = line->size + TEXT_SIZE_MAX;

	add(line, ",\"%s\":\"", name);
	for (; *text != '\0' && line->size + 6 < end; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\')
			add(line, "\\u%04x", byte);
		else
			add(line, "%c", byte);
	}
	add(line, "\"");
}

/* The span that asked for the slot; an image made without its text has none. */
static void add_source(struct line *line, uint32_t slot)
{
	const struct plan *plan = debug.plan;
	const struct image_source *source;

	if (plan == NULL || plan->header == NULL || slot == SBX_NONE)
		return;
	add(line, ",\"slot\":%u", slot);
	add_text(line, "path", plan_string(plan, plan->slots[slot].path));
	if (plan->sandbox_count + slot >= plan->source_count)
		return;
	source = &plan->sources[plan->sandbox_count + slot];
	if (source->line == 0)
		return;
	add_text(line, "file", plan_string(plan, source->file));
	add(line, ",\"line\":%u", source->line);
}

/* In one write, so that lines of several processes do not mix. */
static void put(struct line *line, uint32_t slot)
{
	add_source(line, slot);
	add(line, "}\n");
	(void)!write(debug.fd, line->text, line->size);
}

static void begin(struct line *line)
{
	line->size = 0;
	add(line, "{\"ns\":%llu,\"pid\":%d", (unsigned long long)sys_now(), getpid());
}

void debug_write(enum step step, int err, int level)
{
	int saved = errno;
	struct line line;

	begin(&line);
	add(&line, ",\"step\":\"%s\",\"errno\":%d,\"level\":%d", step_name(step), err, level);
	put(&line, debug.slot);
	errno = saved;
}

void debug_write_state(uint32_t slot, enum slot_state state, const struct table_slot *record)
{
	int saved = errno;
	struct line line;

	begin(&line);
	add(&line, ",\"state\":\"%s\"", state_names[state]);
	if (record->fault_step != STEP_NONE)
		add(&line, ",\"step\":\"%s\",\"errno\":%u,\"level\":%u",
		    step_name(record->fault_step), record->fault_errno, record->fault_level);
	put(&line, slot);
	errno = saved;
}
