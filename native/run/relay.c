/* relay.c - what workloads print: from their pipes to the clients of the run, and to its log files. */
#define _GNU_SOURCE
#include "run/relay.h"

#include <sys/epoll.h>

#include "core/sys.h"
#include "run/log_account.h"
#include "run/log_files.h"

/* Read ends looked at in one wait. */
#define BATCH 64
/* Waits in one go: a flood of output must not keep the caller from signals and time-outs. */
#define ROUNDS 8

/* An epoll event carries descriptor, stream, whether a line is open, and slot in one word. */
#define LINE_OPEN (1ull << 30)

static uint64_t pack(int fd, uint32_t slot, enum stream stream)
{
	SBX_ASSERT(slot < LINE_OPEN);
	return (uint64_t)(uint32_t)fd << 32 | (uint64_t)stream << 31 | slot;
}

int relay_open(struct relay *relay, const struct run *run, struct control *control,
	       struct sbx_error *error)
{
	/* Field by field: to clear the buffer would touch sixteen pages for nothing. */
	relay->run = run;
	relay->control = control;
	relay->taken = 0;
	relay->pipes = epoll_create1(EPOLL_CLOEXEC);
	relay->pipe_count = 0;
	return relay->pipes < 0 ? sbx_fail(error, STEP_EPOLL, 0) : 0;
}

/* One stream of a slot. What cannot be kept is said, and its writer gets EPIPE. */
static void add(struct relay *relay, int fd, uint32_t slot, enum stream stream)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = pack(fd, slot, stream) };

	log_account_arrived(slot, 1u << stream);
	if (fd >= 0 && epoll_ctl(relay->pipes, EPOLL_CTL_ADD, fd, &event) == 0) {
		relay->pipe_count++;
		return;
	}
	log_account_gap(slot, fd >= 0 ? errno : EMFILE);
	if (fd >= 0)
		(void)close(fd);
	log_account_closed();
}

void relay_add(struct relay *relay, const struct log_pipes *pipes, uint32_t streams, uint32_t slot)
{
	if (streams & 1u << STREAM_STDOUT)
		add(relay, pipes->out[0], slot, STREAM_STDOUT);
	if (streams & 1u << STREAM_STDERR)
		add(relay, pipes->err[0], slot, STREAM_STDERR);
}

void relay_accept(struct relay *relay)
{
	struct log_message message;

	while (log_receive(&message))
		relay_add(relay, &message.pipes, message.streams, message.slot);
}

/* From now on the pipe's event says whether its last byte left a line open. */
static void note_line(const struct relay *relay, uint64_t packed, uint8_t last)
{
	uint64_t noted = last == '\n' ? packed & ~LINE_OPEN : packed | LINE_OPEN;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = noted };

	if (noted != packed)
		(void)epoll_ctl(relay->pipes, EPOLL_CTL_MOD, (int)(packed >> 32), &event);
}

/*
 * The bytes are counted first: a monitor that is killed meanwhile leaves a count that says what is
 * missing. They are in their file before any client has them, so that one can go on from there.
 */
static void pass_on(struct relay *relay, struct frame *frame)
{
	struct table_slot *state = &relay->run->table.slots[frame->slot];

	frame->position = state->output_size;
	frame->at_ns = sys_wall_time();
	__atomic_store_n(&state->output_size, frame->position + frame->size, __ATOMIC_RELEASE);
	relay->taken += frame->size;
	log_files_keep(frame, relay->buffer);
	control_send_output(relay->control, frame, relay->buffer);
}

/* One read of one pipe. */
static void take_output(struct relay *relay, uint64_t packed)
{
	int fd = (int)(packed >> 32);
	struct frame frame = {
		.kind = FRAME_KIND_LOG,
		.slot = (uint32_t)(packed & (LINE_OPEN - 1)),
		.value = (packed >> 31 & 1 ? 1u << LOG_FLAG_STDERR : 0) |
			 (packed & LINE_OPEN ? 1u << LOG_FLAG_CONTINUES : 0),
	};
	ssize_t size = read(fd, relay->buffer, sizeof(relay->buffer));

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size < 0)
		log_account_gap(frame.slot, errno);
	frame.size = size > 0 ? (uint32_t)size : 0;
	/* An empty frame closes a line that the stream's end has left open. */
	if (size > 0 || packed & LINE_OPEN)
		pass_on(relay, &frame);
	if (size > 0) {
		note_line(relay, packed, relay->buffer[size - 1]);
		return;
	}
	/* A child that has not got to its program yet has a copy, which would keep it in the set. */
	(void)epoll_ctl(relay->pipes, EPOLL_CTL_DEL, fd, NULL);
	(void)close(fd);
	relay->pipe_count--;
	log_account_closed();
}

void relay_pump(struct relay *relay)
{
	struct epoll_event events[BATCH];

	for (int round = 0; round < ROUNDS; round++) {
		int count = control_is_behind(relay->control) ? 0 : epoll_wait(relay->pipes, events, BATCH, 0);

		for (int i = 0; i < count && !control_is_behind(relay->control); i++)
			take_output(relay, events[i].data.u64);
		if (count <= 0)
			return;
	}
}

void relay_discard(struct relay *relay)
{
	if (relay->pipes >= 0)
		(void)close(relay->pipes);
	relay->pipes = -1;
	relay->pipe_count = 0;
}
