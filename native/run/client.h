/* client.h - one connection to the monitor: commands in, frames out. */
#ifndef CLIENT_H
#define CLIENT_H

#include "core/shared.h"

/* Bytes of output in one frame. */
#define OUTPUT_CHUNK_SIZE 65536
/* Space behind a full chunk for what is short: phases, answers, events. */
#define CLIENT_SPARE_SIZE 1024
#define CLIENT_QUEUE_SIZE (sizeof(struct frame) + OUTPUT_CHUNK_SIZE + CLIENT_SPARE_SIZE)

/* Nothing here is shared with anybody. */
struct client {
	int fd; /* -1: none */
	bool has_lease;
	bool has_ended; /* it takes nothing more; the next look at it lets it go */
	bool is_watched_for_space;
	uint32_t subscriptions; /* bits by enum subscription */
	uint32_t slot; /* output and events of this one alone; SBX_NONE: of all */
	uint64_t events_sent; /* number of the last event it has */
	uint64_t dropped; /* bytes of output that it was too slow for, and has not heard of */
	uint64_t moved; /* bytes that it has taken */
	uint32_t refused; /* tries in a row for which there was no memory */
	size_t taken; /* of `command` */
	uint8_t command[sizeof(struct command)];
	size_t used, sent; /* of `queue`: what the socket had no space for */
	uint8_t *queue; /* elsewhere, so that clients lie close together: all are looked at in each turn */
};

/* A client at this descriptor, without lease and subscriptions; `queue` has CLIENT_QUEUE_SIZE bytes. */
void client_open(struct client *client, int fd, uint8_t *queue);

/* Whether frames wait for it to read. */
bool client_is_behind(const struct client *client);

/* Sends what waits, as far as its socket has space. Never waits. */
void client_flush(struct client *client);

/*
 * Sends a frame and the `size` bytes that follow it; what the socket has no space for waits in the
 * queue. One that would not fit there whole is not sent at all: false.
 */
bool client_send(struct client *client, const struct frame *frame, const void *bytes);

/* Output: the same, for a client that subscribed to it. One that is behind does not get it, and hears how much it was. */
void client_send_output(struct client *client, const struct frame *frame, const void *bytes);

/* Says how much output it has not got, once it reads again. */
void client_send_dropped(struct client *client);

/* Events that it has not got yet, and subscribed to, as long as it is not behind. */
void client_send_events(struct client *client, const struct table *table);

/* Reads one command. False: there is no whole one now. */
bool client_take(struct client *client, struct command *command);

#endif
