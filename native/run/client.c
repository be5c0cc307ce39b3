/* client.c - one connection to the monitor: commands in, frames out. */
#define _GNU_SOURCE
#include "run/client.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* How often in a row the kernel may have no memory for a frame. */
#define REFUSED_MAX 10000u

/* Events in one frame; as many as the queue has space for beside other short frames. */
#define EVENTS_MAX 16

void client_open(struct client *client, int fd, uint8_t *queue)
{
	*client = (struct client){ .fd = fd, .slot = SBX_NONE, .queue = queue };
}

bool client_is_behind(const struct client *client)
{
	return client->used > 0;
}

/* Bytes that the socket took; 0 where it has no space. The client has ended where it takes no more. */
static size_t send_now(struct client *client, struct iovec *parts, unsigned char count)
{
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
	ssize_t size;

	do
		size = sendmsg(client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (size < 0 && errno == EINTR);
	if (size >= 0) {
		client->moved += (uint64_t)size;
		client->refused = 0;
		return (size_t)size;
	}
	if (errno == EAGAIN)
		return 0;
	/* Memory comes back, as a rule: the socket is asked again at once, but not for ever. */
	client->has_ended = (errno != ENOBUFS && errno != ENOMEM) || ++client->refused > REFUSED_MAX;
	return 0;
}

void client_flush(struct client *client)
{
	while (client->sent < client->used && !client->has_ended) {
		struct iovec rest = { client->queue + client->sent, client->used - client->sent };
		size_t size = send_now(client, &rest, 1);

		if (size == 0)
			break;
		client->sent += size;
	}
	if (client->sent == client->used || client->has_ended)
		client->used = client->sent = 0;
}

/* The queue is never wrapped: its end is as far as what waits may reach. */
static bool enqueue(struct client *client, const void *bytes, size_t size)
{
	if (size > CLIENT_QUEUE_SIZE - client->used)
		return false;
	memcpy(client->queue + client->used, bytes, size);
	client->used += size;
	return true;
}

bool client_send(struct client *client, const struct frame *frame, const void *bytes)
{
	struct iovec parts[] = {
		{ (void *)frame, sizeof(*frame) },
		{ (void *)bytes, frame->size },
	};
	size_t done = 0;

	if (client->has_ended || sizeof(*frame) + frame->size > CLIENT_QUEUE_SIZE - client->used)
		return false;
	if (!client_is_behind(client))
		done = send_now(client, parts, frame->size == 0 ? 1 : 2);
	if (client->has_ended)
		return false;
	for (size_t i = 0; i < 2; i++) {
		size_t skipped = done < parts[i].iov_len ? done : parts[i].iov_len;

		done -= skipped;
		if (skipped < parts[i].iov_len)
			(void)enqueue(client, (uint8_t *)parts[i].iov_base + skipped,
				      parts[i].iov_len - skipped);
	}
	return true;
}

static bool wants(const struct client *client, enum subscription what, uint32_t slot)
{
	return client->subscriptions & 1u << what && (client->slot == SBX_NONE || client->slot == slot);
}

/* Nothing comes between what was dropped and the word of it. */
static bool report_dropped(struct client *client)
{
	const struct frame frame = {
		.kind = FRAME_KIND_DROPPED,
		.slot = client->slot,
		.value = client->dropped > UINT32_MAX ? UINT32_MAX : (uint32_t)client->dropped,
	};

	if (client->dropped > 0 && !client_send(client, &frame, NULL))
		return false;
	client->dropped = 0;
	return true;
}

void client_send_dropped(struct client *client)
{
	if (!client_is_behind(client))
		(void)report_dropped(client);
}

void client_send_output(struct client *client, const struct frame *frame, const void *bytes)
{
	if (client->fd < 0 || !wants(client, SUBSCRIPTION_OUTPUT, frame->slot))
		return;
	if (client_is_behind(client) || !report_dropped(client) || !client_send(client, frame, bytes))
		client->dropped += frame->size;
}

void client_send_events(struct client *client, const struct table *table)
{
	uint64_t written = table->header->events_written;
	struct table_event events[EVENTS_MAX];
	struct frame frame = { .kind = FRAME_KIND_EVENT, .slot = client->slot };

	if (!(client->subscriptions & 1u << SUBSCRIPTION_EVENTS))
		return;
	/* What the ring has no more is seen by the numbers. */
	if (written > TABLE_EVENT_CAPACITY && client->events_sent < written - TABLE_EVENT_CAPACITY)
		client->events_sent = written - TABLE_EVENT_CAPACITY;
	while (client->events_sent < written && !client_is_behind(client) && !client->has_ended) {
		size_t count = 0;

		while (client->events_sent < written && count < EVENTS_MAX) {
			const struct table_event *event =
				&table->events[client->events_sent++ % TABLE_EVENT_CAPACITY];

			if (wants(client, SUBSCRIPTION_EVENTS, event->slot))
				events[count++] = *event;
		}
		frame.size = (uint32_t)(count * sizeof(events[0]));
		if (count > 0)
			(void)client_send(client, &frame, events);
	}
}

bool client_take(struct client *client, struct command *command)
{
	ssize_t size = recv(client->fd, client->command + client->taken,
			    sizeof(client->command) - client->taken, MSG_DONTWAIT);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (size <= 0) {
		client->has_ended = true;
		return false;
	}
	client->taken += (size_t)size;
	if (client->taken < sizeof(client->command))
		return false;
	client->taken = 0;
	memcpy(command, client->command, sizeof(*command));
	return true;
}
