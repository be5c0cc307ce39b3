/* call.c - the C library's system calls, as far as the shim uses them. */
#define _GNU_SOURCE
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The kernel's set of signals has 64 bits, this type's has 1024. */
#define SIGNAL_SET_SIZE 8

/* Results from here to -1 are failures. Source: syscalls(2), "errno". */
#define ERRNO_MAX 4095

/* Behind the macro errno. The shim has one thread; a child as by vfork has its parent asleep. */
int *__errno_location(void)
{
	static int number;

	return &number;
}

static long checked(long result)
{
	if (result >= -ERRNO_MAX && result < 0) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

/* CALL(name, arguments…): the system call, with -1 and errno on failure. Those not given are 0. */
#define CALL(name, ...) CALL_ALL(SYS_##name, __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL_ALL(number, a, b, c, d, e, f, ...) \
	checked(call6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)))

/* A function that only passes on what it was given. */
#define PASS(type, name, parameters, ...)    \
	type name parameters                     \
	{                                        \
		return (type)CALL(__VA_ARGS__);  \
	}

/* Arguments behind `last`. Some may not be there; the kernel does not look at those. */
#define REST(count, last)                        \
	long rest[count];                            \
	va_list list;                                \
	va_start(list, last);                        \
	for (int i = 0; i < (count); i++)            \
		rest[i] = va_arg(list, long);        \
	va_end(list)

long syscall(long number, ...)
{
	REST(6, number);
	return checked(call6(number, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]));
}

/* Files. */
int open(const char *path, int flags, ...)
{
	REST(1, flags);
	return (int)CALL(openat, AT_FDCWD, path, flags, rest[0]);
}

int openat(int directory, const char *path, int flags, ...)
{
	REST(1, flags);
	return (int)CALL(openat, directory, path, flags, rest[0]);
}

int fcntl(int fd, int command, ...)
{
	REST(1, command);
	return (int)CALL(fcntl, fd, command, rest[0]);
}

int ioctl(int fd, unsigned long request, ...)
{
	REST(1, request);
	return (int)CALL(ioctl, fd, request, rest[0]);
}

int dup2(int fd, int number)
{
	return fd == number ? fd : (int)CALL(dup3, fd, number, 0);
}

char *getcwd(char *text, size_t size)
{
	return CALL(getcwd, text, size) < 0 ? NULL : text;
}

PASS(ssize_t, read, (int fd, void *bytes, size_t size), read, fd, bytes, size)
PASS(ssize_t, write, (int fd, const void *bytes, size_t size), write, fd, bytes, size)
PASS(off_t, lseek, (int fd, off_t at, int whence), lseek, fd, at, whence)
PASS(int, close, (int fd), close, fd)
PASS(int, dup, (int fd), dup, fd)
PASS(int, dup3, (int fd, int number, int flags), dup3, fd, number, flags)
PASS(int, pipe2, (int fds[2], int flags), pipe2, fds, flags)
PASS(int, ftruncate, (int fd, off_t size), ftruncate, fd, size)
PASS(int, fallocate, (int fd, int mode, off_t at, off_t size), fallocate, fd, mode, at, size)
PASS(int, fstat, (int fd, struct stat *status), fstat, fd, status)
PASS(int, fstatat, (int fd, const char *path, struct stat *status, int flags), newfstatat, fd, path,
     status, flags)
PASS(int, fstatfs, (int fd, struct statfs *status), fstatfs, fd, status)
PASS(int, faccessat, (int fd, const char *path, int mode, int flags), faccessat2, fd, path, mode,
     flags)
PASS(int, unlinkat, (int fd, const char *path, int flags), unlinkat, fd, path, flags)
PASS(int, rmdir, (const char *path), unlinkat, AT_FDCWD, path, AT_REMOVEDIR)
PASS(int, mkdirat, (int fd, const char *path, mode_t mode), mkdirat, fd, path, mode)
PASS(int, mknodat, (int fd, const char *path, mode_t mode, dev_t device), mknodat, fd, path, mode,
     device)
PASS(int, symlinkat, (const char *to, int fd, const char *path), symlinkat, to, fd, path)
PASS(ssize_t, readlinkat, (int fd, const char *path, char *text, size_t size), readlinkat, fd, path,
     text, size)
PASS(int, chdir, (const char *path), chdir, path)
PASS(mode_t, umask, (mode_t mask), umask, mask)
PASS(int, mount, (const char *source, const char *target, const char *type, unsigned long flags,
     const void *options), mount, source, target, type, flags, options)

/* Memory. */
PASS(int, memfd_create, (const char *name, unsigned int flags), memfd_create, name, flags)
PASS(void *, mmap, (void *at, size_t size, int rights, int flags, int fd, off_t offset), mmap, at,
     size, rights, flags, fd, offset)
PASS(int, munmap, (void *at, size_t size), munmap, at, size)
PASS(int, madvise, (void *at, size_t size, int advice), madvise, at, size, advice)
PASS(int, mprotect, (void *at, size_t size, int rights), mprotect, at, size, rights)

/* Processes. */
int prctl(int option, ...)
{
	REST(4, option);
	return (int)CALL(prctl, option, rest[0], rest[1], rest[2], rest[3]);
}

/* Not for the PEEK requests, whose result glibc returns and the kernel stores. */
long ptrace(enum __ptrace_request request, ...)
{
	REST(3, request);
	return CALL(ptrace, request, rest[0], rest[1], rest[2]);
}

void _exit(int code)
{
	for (;;)
		(void)CALL(exit_group, code);
}

PASS(pid_t, fork, (void), clone, SIGCHLD)
PASS(pid_t, getpid, (void), getpid, 0)
PASS(uid_t, geteuid, (void), geteuid, 0)
PASS(gid_t, getegid, (void), getegid, 0)
PASS(pid_t, setsid, (void), setsid, 0)
PASS(int, setns, (int fd, int kinds), setns, fd, kinds)
PASS(int, execve, (const char *path, char *const *arguments, char *const *variables), execve, path,
     arguments, variables)
PASS(pid_t, wait4, (pid_t pid, int *status, int options, struct rusage *usage), wait4, pid, status,
     options, usage)
PASS(pid_t, waitpid, (pid_t pid, int *status, int options), wait4, pid, status, options)
PASS(int, getrlimit, (__rlimit_resource_t resource, struct rlimit *limit), prlimit64, 0, resource,
     NULL, limit)
PASS(int, setrlimit, (__rlimit_resource_t resource, const struct rlimit *limit), prlimit64, 0,
     resource, limit)

/* The processors that this process may use: never none, and at most 1024. */
int get_nprocs(void)
{
	uint64_t words[16] = { 0 };
	int count = 0;

	(void)CALL(sched_getaffinity, 0, sizeof(words), words);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (uint64_t left = words[i]; left != 0; left &= left - 1)
			count++;
	}
	return count > 0 ? count : 1;
}

PASS(int, sethostname, (const char *name, size_t size), sethostname, name, size)
PASS(int, setdomainname, (const char *name, size_t size), setdomainname, name, size)

/* Time and events. */
PASS(int, clock_gettime, (clockid_t clock, struct timespec *time), clock_gettime, clock, time)
PASS(int, nanosleep, (const struct timespec *time, struct timespec *left), nanosleep, time, left)
PASS(int, eventfd, (unsigned int value, int flags), eventfd2, value, flags)
PASS(int, timerfd_create, (clockid_t clock, int flags), timerfd_create, clock, flags)
PASS(int, timerfd_settime, (int fd, int flags, const struct itimerspec *at,
     struct itimerspec *before), timerfd_settime, fd, flags, at, before)
PASS(int, epoll_create1, (int flags), epoll_create1, flags)
PASS(int, epoll_ctl, (int epoll, int operation, int fd, struct epoll_event *event), epoll_ctl,
     epoll, operation, fd, event)
PASS(int, epoll_wait, (int epoll, struct epoll_event *events, int count, int timeout_ms),
     epoll_pwait, epoll, events, count, timeout_ms)

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000l,
	};

	return (int)CALL(ppoll, fds, count, timeout_ms < 0 ? NULL : &timeout);
}

/* Sockets. */
PASS(int, socket, (int domain, int type, int protocol), socket, domain, type, protocol)
PASS(int, socketpair, (int domain, int type, int protocol, int fds[2]), socketpair, domain, type,
     protocol, fds)
PASS(ssize_t, send, (int fd, const void *bytes, size_t size, int flags), sendto, fd, bytes, size,
     flags)
PASS(ssize_t, recv, (int fd, void *bytes, size_t size, int flags), recvfrom, fd, bytes, size, flags)
PASS(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), sendmsg, fd, message,
     flags)
PASS(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), recvmsg, fd, message, flags)

/* Signals. */
PASS(int, kill, (pid_t pid, int number), kill, pid, number)
PASS(int, signalfd, (int fd, const sigset_t *set, int flags), signalfd4, fd, set, SIGNAL_SET_SIZE,
     flags)
PASS(int, sigprocmask, (int how, const sigset_t *set, sigset_t *before), rt_sigprocmask, how, set,
     before, SIGNAL_SET_SIZE)

/* As the kernel has it. Source: sigaction(2), "C library/kernel differences". */
struct kernel_sigaction {
	void (*handler)(int number);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

#define SIGNAL_RESTORER 0x04000000ul

#if defined(__x86_64__)
/* What a handler returns to. */
void libc_restore(void);

__asm__(".text\n"
	".type libc_restore, @function\n"
	"libc_restore:\n"
	"	mov $15, %eax\n" /* rt_sigreturn */
	"	syscall\n"
	".size libc_restore, . - libc_restore\n");
#endif

/* Returns no handler but SIG_ERR: nobody asks for the one before. */
__sighandler_t signal(int number, __sighandler_t handler)
{
	struct kernel_sigaction action = { .handler = handler, .flags = SA_RESTART };

#if defined(__x86_64__)
	action.flags |= SIGNAL_RESTORER;
	action.restorer = libc_restore;
#endif
	return CALL(rt_sigaction, number, &action, NULL, SIGNAL_SET_SIZE) < 0 ? SIG_ERR : SIG_DFL;
}

/* The first word of a set holds the kernel's 64 signals. */
static int set_word(sigset_t *set, uint64_t word)
{
	*(uint64_t *)(void *)set = word;
	return 0;
}

int sigemptyset(sigset_t *set)
{
	return set_word(set, 0);
}

int sigfillset(sigset_t *set)
{
	return set_word(set, ~0ull);
}

int sigdelset(sigset_t *set, int number)
{
	return set_word(set, *(uint64_t *)(void *)set & ~(1ull << (number - 1)));
}
