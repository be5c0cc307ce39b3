/* control.h - the clients of a run: its runner, and those that came by the control socket. */
#ifndef CONTROL_H
#define CONTROL_H

#include "run/client.h"

/* Clients at a time, the runner among them; one more is turned away. */
#define CONTROL_CLIENTS_MAX 33

/*
 * The runner is the first client: its connection was there before the monitor, at FD_CONTROL, with a
 * lease and a subscription to phases and output; of a detached run, with one to phases alone. All others come by the socket `control` in the run's
 * directory. The run lives as long as one of them holds a lease; a detached one has a lease of its own. A client with a lease is waited for
 * where it does not read (workloads then wait on their full pipes); any other does without what it is too slow for.
 */
struct control {
	int listener; /* -1: the run has no directory */
	int epoll; /* readable once there is something to do */
	uint32_t leases;
	struct client clients[CONTROL_CLIENTS_MAX];
	uint8_t queues[CONTROL_CLIENTS_MAX][CLIENT_QUEUE_SIZE];
};

/* A command that can be meant, and who is to have the answer. */
struct request {
	struct client *client;
	struct command command;
};

/*
 * Takes the runner, if there is one, and listens at `control` in FD_RUN_DIR, if there is that, for
 * processes of the caller's user alone (mode 0600, and SO_PEERCRED) that are in no sandbox. Errors:
 * STEP_CONTROL_LISTEN.
 */
int control_open(struct control *control, const struct run *run, struct sbx_error *error);

/*
 * Takes the next whole command, of whichever client, that is for the monitor; false if there is none
 * now. Leases, subscriptions and what cannot be meant are dealt with here. Never waits.
 */
bool control_next(struct control *control, const struct plan *plan, struct request *request);

/*
 * The errno of a request, 0 where it is carried out, if its client wants to know. That of a `wait`
 * comes later (waits.h), unless it cannot be.
 */
void control_answer(const struct request *request, int result);

/* Sends a phase, and output, to all that subscribed to such. */
void control_send_phase(struct control *control, enum frame_kind kind);
void control_send_output(struct control *control, const struct frame *frame, const void *bytes);

/*
 * Sends events, and what waits, to all that have space; lets go of those that have ended. To be
 * called in each turn of the loop.
 */
void control_pump(struct control *control, const struct table *table);

/* Whether a client that the run waits for does not read. */
bool control_is_behind(const struct control *control);

/* The connection of a client with a lease; -1: nobody has one. */
int control_lease(const struct control *control);

/* Bytes that clients with a lease have taken. */
uint64_t control_moved(const struct control *control);

#endif
