/* control.c - the clients of a run: its runner, and those that came by the control socket. */
#define _GNU_SOURCE
#include "run/control.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "core/procfs.h"
#include "run/waits.h"

/* Clients that may wait to be accepted, and wake-ups looked at in one go. */
#define BACKLOG 16
#define LISTENER UINT64_MAX

#define RUNNER 0

static int watch(const struct control *control, int operation, int fd, uint32_t events, uint64_t what)
{
	struct epoll_event event = { .events = events, .data.u64 = what };

	return epoll_ctl(control->epoll, operation, fd, &event);
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

static int take_runner(struct control *control, bool has_lease)
{
	struct client *runner = &control->clients[RUNNER];

	client_open(runner, FD_CONTROL, control->queues[RUNNER]);
	runner->has_lease = has_lease;
	runner->subscriptions = 1u << SUBSCRIPTION_PHASES |
				(has_lease ? 1u << SUBSCRIPTION_OUTPUT : 0);
	control->leases += has_lease;
	return watch(control, EPOLL_CTL_ADD, FD_CONTROL, EPOLLIN, RUNNER);
}

int control_open(struct control *control, const struct run *run, struct sbx_error *error)
{
	control->listener = -1;
	control->leases = run->is_detached; /* one of the run's own, that never ends */
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	control->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (control->epoll < 0 || (run->has_control && take_runner(control, !run->is_detached) < 0))
		return sbx_fail(error, STEP_CONTROL_LISTEN, 0);
	if (!run->has_run_dir)
		return 0;
	control->listener = listen_in_run_dir();
	if (control->listener < 0 ||
	    watch(control, EPOLL_CTL_ADD, control->listener, EPOLLIN, LISTENER) < 0)
		return sbx_fail(error, STEP_CONTROL_LISTEN, 0);
	return 0;
}

/*
 * A process of the caller's that is not in a sandbox, of whichever run: with `mount: inherit` the
 * socket is within a workload's reach. A sandbox's PID namespace is below ours, so its processes are
 * seen from here, in another one than ours; who is not seen (0) is in one above. Without a PID
 * namespace of its own a sandbox's processes can signal ours in any case.
 */
static bool may_command(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != geteuid())
		return false;
	return peer.pid == 0 || procfs_namespace(FD_PROC, (uint32_t)peer.pid, "pid") ==
					procfs_namespace(FD_PROC, (uint32_t)getpid(), "pid");
}

static void accept_client(struct control *control)
{
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	uint64_t index = RUNNER + 1;

	/* Without a descriptor for it, it stays readable: not looked at until another one goes. */
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			(void)watch(control, EPOLL_CTL_DEL, control->listener, 0, LISTENER);
		return;
	}
	while (index < CONTROL_CLIENTS_MAX && control->clients[index].fd >= 0)
		index++;
	if (index == CONTROL_CLIENTS_MAX || !may_command(fd) ||
	    watch(control, EPOLL_CTL_ADD, fd, EPOLLIN, index) < 0)
		(void)close(fd);
	else
		client_open(&control->clients[index], fd, control->queues[index]);
}

static void drop(struct control *control, struct client *client)
{
	/* A child that has not got to its program yet has a copy, which would keep it in the set. */
	(void)watch(control, EPOLL_CTL_DEL, client->fd, 0, 0);
	/* The runner's number stays what it is: the guard looks at it, too. */
	if (client->fd != FD_CONTROL)
		(void)close(client->fd);
	client->fd = -1;
	waits_forget(client);
	control->leases -= client->has_lease;
	client->has_lease = false;
	if (control->listener >= 0) /* EEXIST: it was never left out */
		(void)watch(control, EPOLL_CTL_ADD, control->listener, EPOLLIN, LISTENER);
}

/* 0, or the errno of a command that cannot be meant: a kind, slot or signal that is none. */
static int check(const struct plan *plan, const struct command *command)
{
	bool is_run = command->slot == SBX_NONE;
	bool is_process;

	if (command->kind >= COMMAND_KIND_COUNT)
		return EINVAL;
	if (!is_run && command->slot >= plan->slot_count)
		return ESRCH;
	is_process = !is_run && plan_process(plan, command->slot) != NULL;
	switch ((enum command_kind)command->kind) {
	case COMMAND_KIND_KILL:
	case COMMAND_KIND_LEASE:
		return is_run ? 0 : EINVAL;
	case COMMAND_KIND_STOP:
		return is_run || is_process ? 0 : ESRCH;
	case COMMAND_KIND_START:
	case COMMAND_KIND_RESTART:
		return is_process ? 0 : ESRCH;
	case COMMAND_KIND_WAIT:
		return 0;
	case COMMAND_KIND_SUBSCRIBE:
		return command->argument >> SUBSCRIPTION_COUNT == 0 ? 0 : EINVAL;
	case COMMAND_KIND_SIGNAL:
		if (!is_process)
			return ESRCH;
		return command->argument == 0 || command->argument > SBX_SIGNAL_MAX ? EINVAL : 0;
	case COMMAND_KIND_COUNT:
		break;
	}
	return EINVAL;
}

void control_answer(const struct request *request, int result)
{
	const struct frame frame = {
		.kind = FRAME_KIND_ANSWER,
		.slot = request->command.request,
		.value = (uint32_t)result,
	};

	if (request->command.kind == COMMAND_KIND_WAIT && result == 0)
		return;
	/* A client that takes no answers is not one to wait for. */
	if (request->command.request != 0 && !client_send(request->client, &frame, NULL))
		request->client->has_ended = true;
}

/* What a client asks for itself. False: it is for the monitor. */
static bool carry_out_own(struct control *control, const struct request *request)
{
	struct client *client = request->client;

	switch ((enum command_kind)request->command.kind) {
	case COMMAND_KIND_LEASE:
		control->leases += !client->has_lease;
		client->has_lease = true;
		return true;
	case COMMAND_KIND_SUBSCRIBE:
		client->subscriptions = request->command.argument;
		client->slot = request->command.slot;
		return true;
	case COMMAND_KIND_STOP:
	case COMMAND_KIND_KILL:
	case COMMAND_KIND_SIGNAL:
	case COMMAND_KIND_START:
	case COMMAND_KIND_RESTART:
	case COMMAND_KIND_WAIT:
	case COMMAND_KIND_COUNT:
		break;
	}
	return false;
}

/* Whether the client has sent a command that the monitor has to carry out. */
static bool take(struct control *control, struct client *client, const struct plan *plan,
		 struct request *request)
{
	int result;

	request->client = client;
	if (client->fd < 0 || client->has_ended || !client_take(client, &request->command))
		return false;
	result = check(plan, &request->command);
	if (result == 0 && !carry_out_own(control, request))
		return true;
	control_answer(request, result);
	return false;
}

bool control_next(struct control *control, const struct plan *plan, struct request *request)
{
	struct epoll_event event;

	for (int tries = 0; tries < BACKLOG; tries++) {
		if (epoll_wait(control->epoll, &event, 1, 0) < 1)
			return false;
		if (event.data.u64 == LISTENER)
			accept_client(control);
		else if (event.events & ~(uint32_t)EPOLLOUT &&
			 take(control, &control->clients[event.data.u64], plan, request))
			return true;
		else if (event.events & EPOLLOUT)
			return false; /* the caller pumps next */
	}
	return false;
}

void control_send_phase(struct control *control, enum frame_kind kind)
{
	const struct frame frame = { .kind = kind, .slot = SBX_NONE };

	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (client->fd >= 0 && client->subscriptions & 1u << SUBSCRIPTION_PHASES &&
		    !client_send(client, &frame, NULL))
			client->has_ended = true;
	}
}

void control_send_output(struct control *control, const struct frame *frame, const void *bytes)
{
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		client_send_output(&control->clients[i], frame, bytes);
}

/* Space in its socket is waited for only as long as frames are. */
static void watch_for_space(struct control *control, struct client *client)
{
	bool behind = client_is_behind(client);

	if (behind == client->is_watched_for_space)
		return;
	client->is_watched_for_space = behind;
	(void)watch(control, EPOLL_CTL_MOD, client->fd, behind ? EPOLLIN | EPOLLOUT : EPOLLIN,
		    (uint64_t)(client - control->clients));
}

void control_pump(struct control *control, const struct table *table)
{
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (client->fd < 0)
			continue;
		client_flush(client);
		client_send_dropped(client);
		client_send_events(client, table);
		if (client->has_ended)
			drop(control, client);
		else
			watch_for_space(control, client);
	}
}

bool control_is_behind(const struct control *control)
{
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		const struct client *client = &control->clients[i];

		if (client->fd >= 0 && client->has_lease && client_is_behind(client))
			return true;
	}
	return false;
}

int control_lease(const struct control *control)
{
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->clients[i].has_lease)
			return control->clients[i].fd;
	}
	return -1;
}

uint64_t control_moved(const struct control *control)
{
	uint64_t moved = 0;

	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->clients[i].has_lease)
			moved += control->clients[i].moved;
	}
	return moved;
}
