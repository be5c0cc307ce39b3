/* control.h - the control socket in the run's directory: commands of any number of clients. */
#ifndef CONTROL_H
#define CONTROL_H

#include "core/shared.h"

/* Clients at a time; one more is turned away. */
#define CONTROL_CLIENTS_MAX 32

/* What a client's bytes are collected in. Nothing here is shared with anybody. */
struct control_client {
	int fd; /* -1: none */
	uint32_t used; /* of `bytes` */
	uint8_t bytes[sizeof(struct command)];
};

struct control {
	int listener; /* -1: the run has no directory */
	int epoll; /* readable once there is something to do */
	struct control_client clients[CONTROL_CLIENTS_MAX];
};

/*
 * Listens at `control` in FD_RUN_DIR, for processes of the caller's user alone (mode 0600, and
 * SO_PEERCRED). Errors: STEP_CONTROL_LISTEN.
 */
int control_open(struct control *control, bool has_run_dir, struct sbx_error *error);

/*
 * Takes the next whole command, of whichever client; false if there is none now. Never waits. Each
 * command is answered with its errno (0: it is carried out), unless the client does not read.
 */
bool control_next(struct control *control, const struct plan *plan, struct command *command);

/* 0, or the errno of a command that cannot be meant: a kind, slot or signal that is none. */
int control_check(const struct plan *plan, const struct command *command);

#endif
