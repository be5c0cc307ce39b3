/* terminal.c - what is typed goes to the run, and the terminal is as before when the run is over. */
#define _GNU_SOURCE
#include "launch/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCGEXCL
#define TIOCGEXCL 0x80045440 /* Linux 3.8 */
#endif

enum { FD_TERMINAL = 0, FD_COMMAND = 3, FD_TYPED_END = 4, FD_TYPED = 5 };

/* How often it is looked whether the run has read, or the job is in the foreground again. */
#define SOON_MS 1
#define LATER_MS 50
/* So many short waits, then long ones. */
#define SOON_COUNT 50

/* What a program with the terminal can change, and the shell after it would have to live with. */
struct terminal_state {
	struct termios modes;
	struct stat status;
	int discipline;
	int exclusive;
	int flags;
	bool has_modes;
};

/* ioctl(2) with the request as wide as the kernel takes it: C libraries differ. */
static bool control(unsigned long request, const void *argument)
{
	return syscall(SYS_ioctl, FD_TERMINAL, request, argument) == 0;
}

static void remember(struct terminal_state *state)
{
	memset(state, 0, sizeof(*state));
	state->has_modes = tcgetattr(FD_TERMINAL, &state->modes) == 0;
	state->flags = fcntl(FD_TERMINAL, F_GETFL);
	(void)control(TIOCGETD, &state->discipline);
	(void)control(TIOCGEXCL, &state->exclusive);
	(void)fstat(FD_TERMINAL, &state->status);
}

/*
 * Whether this job may use the terminal: it is in the foreground, or the terminal is not that of
 * its session, where nobody controls jobs.
 */
static bool is_foreground(void)
{
	pid_t group = tcgetpgrp(FD_TERMINAL);

	return group < 0 ? errno == ENOTTY : group == getpgrp();
}

/* Where the shell has the terminal again its modes are the shell's. */
static void restore(const struct terminal_state *state)
{
	struct terminal_state now;

	remember(&now);
	if (now.flags != state->flags)
		(void)fcntl(FD_TERMINAL, F_SETFL, state->flags);
	if (now.status.st_mode != state->status.st_mode)
		(void)fchmod(FD_TERMINAL, state->status.st_mode & 07777);
	if (now.exclusive != 0 && state->exclusive == 0)
		(void)control(TIOCNXCL, NULL);
	if (!is_foreground())
		return;
	if (now.discipline != state->discipline)
		(void)control(TIOCSETD, &state->discipline);
	if (state->has_modes)
		(void)tcsetattr(FD_TERMINAL, TCSANOW, &state->modes);
}

/* The keys' signals are for the command, which ends us; a read in the background is to fail. */
static void ignore_signals(void)
{
	static const int numbers[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTTIN, SIGTTOU, SIGPIPE };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)signal(numbers[i], SIG_IGN);
}

/* Whether the run has taken all that it was given: nothing is read from the terminal before. */
static bool is_taken(void)
{
	int waiting = 0;

	return ioctl(FD_TYPED, FIONREAD, &waiting) == 0 && waiting == 0;
}

/* At most a line is read, into a pipe that is empty and so takes it. False: there is no more. */
static bool pass_typed(void)
{
	char typed[4096];
	ssize_t size = read(FD_TERMINAL, typed, sizeof(typed));

	if (size < 0)
		return errno == EINTR || errno == EAGAIN || (errno == EIO && !is_foreground());
	return size > 0 && write(FD_TYPED, typed, (size_t)size) == size;
}

/* Until the command is gone. */
static void relay(bool relays)
{
	unsigned int waits = 0;

	for (;;) {
		bool reads = relays && is_taken() && is_foreground();
		struct pollfd fds[] = {
			{ .fd = FD_COMMAND, .events = POLLIN },
			{ .fd = reads ? FD_TERMINAL : -1, .events = POLLIN },
		};
		int wait_ms = !relays || reads ? -1 : waits < SOON_COUNT ? SOON_MS : LATER_MS;

		waits++;
		/* While it reads it still may be put into the background. */
		if (poll(fds, 2, wait_ms) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0 && recv(FD_COMMAND, &(char){ 0 }, 1, MSG_DONTWAIT) == 0)
			return;
		if (fds[1].revents == 0 || !is_foreground())
			continue;
		waits = 0;
		if (!pass_typed()) {
			relays = false;
			(void)close(FD_TYPED);
		}
	}
}

/* The pipe, once the command has its end of it. */
static bool open_typed(void)
{
	int ends[2];
	char go;

	if (pipe2(ends, O_CLOEXEC) < 0 || ends[0] != FD_TYPED_END || ends[1] != FD_TYPED)
		return false;
	while (read(FD_COMMAND, &go, 1) < 0) {
		struct pollfd fd = { .fd = FD_COMMAND, .events = POLLIN };

		if (errno != EINTR && errno != EAGAIN)
			return false;
		(void)poll(&fd, 1, -1);
	}
	(void)close(FD_TYPED_END);
	return true;
}

int terminal_main(int relays)
{
	struct terminal_state state;

	(void)syscall(SYS_close_range, FD_TYPED_END, ~0u, 0);
	ignore_signals();
	if (!relays)
		(void)dup2(STDOUT_FILENO, FD_TERMINAL);
	remember(&state);
	if (relays && !open_typed())
		return 1;
	relay(relays);
	restore(&state);
	return 0;
}
