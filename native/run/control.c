/* control.c - the control socket in the run's directory: commands of any number of clients. */
#define _GNU_SOURCE
#include "run/control.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Clients that may wait to be accepted, and wake-ups looked at in one go. */
#define BACKLOG 16
#define LISTENER UINT64_MAX

static int watch(const struct control *control, int fd, uint64_t what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = what };

	return epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Through the descriptor, as a path may be too long for a socket's address. Source: unix(7). */
static int listen_in_run_dir(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask = umask(0177);
	bool listens;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control",
		       FD_RUN_DIR);
	listens = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		  listen(fd, BACKLOG) == 0;
	(void)umask(mask);
	if (listens)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

int control_open(struct control *control, bool has_run_dir, struct sbx_error *error)
{
	control->listener = -1;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	control->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (control->epoll < 0)
		return sbx_fail(error, STEP_CONTROL_LISTEN, 0);
	if (!has_run_dir)
		return 0;
	control->listener = listen_in_run_dir();
	if (control->listener < 0 || watch(control, control->listener, LISTENER) < 0)
		return sbx_fail(error, STEP_CONTROL_LISTEN, 0);
	return 0;
}

static bool is_own(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

static void accept_client(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	uint64_t index = 0;

	/* Without a descriptor for it, it stays readable: not looked at until another one goes. */
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			(void)epoll_ctl(control->epoll, EPOLL_CTL_DEL, control->listener, NULL);
		return;
	}
	while (index < CONTROL_CLIENTS_MAX && control->clients[index].fd >= 0)
		index++;
	if (index == CONTROL_CLIENTS_MAX || !is_own(fd) || watch(control, fd, index) < 0)
		(void)close(fd);
	else
		control->clients[index] = (struct control_client){ .fd = fd };
}

static void drop(struct control *control, struct control_client *client)
{
	/* A child that has not got to its program yet has a copy, which would keep it in the set. */
	(void)epoll_ctl(control->epoll, EPOLL_CTL_DEL, client->fd, NULL);
	(void)close(client->fd);
	client->fd = -1;
	(void)watch(control, control->listener, LISTENER); /* EEXIST: it was never left out */
}

int control_check(const struct plan *plan, const struct command *command)
{
	if (command->kind >= COMMAND_KIND_COUNT)
		return EINVAL;
	if (command->slot != SBX_NONE && command->slot >= plan->slot_count)
		return ESRCH;
	if (command->kind != COMMAND_KIND_SIGNAL)
		return command->slot == SBX_NONE ? 0 : EINVAL;
	if (command->slot == SBX_NONE || plan_process(plan, command->slot) == NULL)
		return ESRCH;
	return command->argument == 0 || command->argument > SBX_SIGNAL_MAX ? EINVAL : 0;
}

/* A client that takes no answers is not one to wait for. */
static void answer(struct control *control, struct control_client *client, int result)
{
	uint32_t word = (uint32_t)result;

	if (send(client->fd, &word, sizeof(word), MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof(word))
		drop(control, client);
}

/* Whether the client's bytes are a whole command now, and one that can be carried out. */
static bool take(struct control *control, struct control_client *client, const struct plan *plan,
		 struct command *command)
{
	ssize_t size = recv(client->fd, client->bytes + client->used,
			    sizeof(client->bytes) - client->used, MSG_DONTWAIT);
	int result;

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (size <= 0) {
		drop(control, client);
		return false;
	}
	client->used += (uint32_t)size;
	if (client->used < sizeof(client->bytes))
		return false;
	client->used = 0;
	memcpy(command, client->bytes, sizeof(*command));
	result = control_check(plan, command);
	answer(control, client, result);
	return result == 0;
}

bool control_next(struct control *control, const struct plan *plan, struct command *command)
{
	struct epoll_event event;

	for (int tries = 0; tries < BACKLOG; tries++) {
		if (epoll_wait(control->epoll, &event, 1, 0) < 1)
			return false;
		if (event.data.u64 == LISTENER)
			accept_client(control);
		else if (take(control, &control->clients[event.data.u64], plan, command))
			return true;
	}
	return false;
}
