/* main.c - sandbox-shim: runs a compiled plan. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <linux/capability.h>
#include <linux/magic.h>

#include "build/dev.h"
#include "init/init.h"
#include "run/monitor.h"
#include "run/run_dir.h"
#include "run/verdict.h"
#include "run/watchdog.h"
#include "run/seal.h"
#include "core/fault.h"
#include "core/inherited.h"
#include "core/procfs.h"
#include "core/shared.h"
#include "core/sys.h"
#include "core/title.h"
#include "trace/trace.h"

/* What was said on the command line. */
struct options {
	const char *image;
	const char *spec_dir;
	const char *run_dir; /* locked, and removed at the end but of a detached run; NULL: there is none */
	const char *debug; /* a descriptor's number; NULL: not asked for */
	int control_fd;
	int table_fd;
	bool is_detached;
	struct trace_request trace; /* fd -1: the run is not traced */
};

static int usage(void)
{
	static const char text[] =
		"usage: sandbox-shim run IMAGE [--dir DIR] [--control FD] [--table FD]\n"
		"                              [--run-dir DIR] [--trace FD]\n"
		"                              [--tracer bpf|ptrace] [--trace-ring SIZE]\n"
		"                              [--trace-size SIZE]\n"
		"                              [--debug FD] [--detach]\n"
		"       sandbox-shim runs DIR...\n"
		"       sandbox-shim remove DIR\n"
		"       sandbox-shim version\n"
		"\n"
		"Runs a plan image made by `sandbox plan -o IMAGE`. Without --control the output\n"
		"of the processes goes to this program's own stdout and stderr, and SIGTERM or\n"
		"SIGINT stops the run (a second one kills it).\n"
		"  --dir DIR     directory the processes start in, where it is visible (here: .)\n"
		"  --control FD  stream socket for output frames and commands\n"
		"  --table FD    file that becomes the state table\n"
		"  --trace FD    file that every fork, exec and exit is written to\n"
		"  --tracer      how, or not at all; else BPF where that is possible, or ptrace\n"
		"  --trace-ring  bytes, a power of two, of events that may wait to be written\n"
		"  --trace-size  bytes that a trace may have; a run with more of it fails\n"
		"  --debug FD    one JSON line for each step (or SANDBOX_DEBUG=1: on stderr)\n"
		"  --run-dir DIR directory of the run, locked while it lives and then removed\n"
		"  --detach      the run lives on without its runner, keeps what its processes print in\n"
		"                `logs` of its directory, and leaves that; with --run-dir, an absolute\n"
		"                path, and --table, without --trace\n"
		"`runs` lists the runs in these directories, `live` or `ended`, and removes what others\n"
		"have left; `remove` removes an ended one.\n"
		"Exit: 0 passed, 1 a process, an expectation or the trace failed, 3 this host\n"
		"cannot, 64 wrong usage, 130 a signal stopped the run.\n";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	return SBX_EXIT_USAGE;
}

/* Decimal, at most 9 digits; -1 for anything else. */
static int number_of(const char *text)
{
	int number = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9' || i >= 9)
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return text[0] == '\0' ? -1 : number;
}

static enum tracer tracer_of(const char *text)
{
	return strcmp(text, "bpf") == 0	   ? TRACER_BPF :
	       strcmp(text, "ptrace") == 0 ? TRACER_PTRACE :
					     TRACER_NONE;
}

/* Others find such a run by its directory; and a tracer would be one more that has to live on. */
static bool can_detach(const struct options *options)
{
	return options->run_dir != NULL && options->run_dir[0] == '/' && options->table_fd >= 0 &&
	       options->trace.fd < 0;
}

static bool options_of(int count, char **arguments, struct options *options)
{
	*options = (struct options){
		.control_fd = -1,
		.table_fd = -1,
		.trace = { .fd = -1, .size_max = SBX_TRACE_SIZE_MAX },
	};
	if (count < 1)
		return false;
	options->image = arguments[0];
	for (int i = 1; i < count; i += 2) {
		const char *value = i + 1 < count ? arguments[i + 1] : NULL;

		if (strcmp(arguments[i], "--detach") == 0) {
			options->is_detached = true;
			i--; /* it has no value */
			continue;
		}
		if (value == NULL)
			return false;
		if (strcmp(arguments[i], "--dir") == 0)
			options->spec_dir = value;
		else if (strcmp(arguments[i], "--run-dir") == 0)
			options->run_dir = value;
		else if (strcmp(arguments[i], "--debug") == 0)
			options->debug = value;
		else if (strcmp(arguments[i], "--control") == 0)
			options->control_fd = number_of(value);
		else if (strcmp(arguments[i], "--table") == 0)
			options->table_fd = number_of(value);
		else if (strcmp(arguments[i], "--trace") == 0)
			options->trace.fd = number_of(value);
		else if (strcmp(arguments[i], "--tracer") == 0 && tracer_of(value) > TRACER_NONE)
			options->trace.tracer = tracer_of(value);
		else if (strcmp(arguments[i], "--trace-ring") == 0 && number_of(value) > 0)
			options->trace.ring_size = (uint32_t)number_of(value);
		else if (strcmp(arguments[i], "--trace-size") == 0 && number_of(value) > 0)
			options->trace.size_max = (uint64_t)number_of(value);
		else
			return false;
	}
	return !options->is_detached || can_detach(options);
}

/* The caller may have left signals ignored or blocked; workloads must not inherit that. */
static void reset_signals(void)
{
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
}

/* It is in every user namespace below one that denies it. Source: user_namespaces(7). */
static bool is_setgroups_denied(void)
{
	char text[8];

	return procfs_text(FD_PROC, "self/setgroups", text, sizeof(text)) > 0 &&
	       strncmp(text, "deny", 4) == 0;
}

/* Whether an ordinary user's own user namespace has to come first: all else is made with its rights. */
static int choose_userns(struct run *run, struct sbx_error *error)
{
	struct sys_capabilities own;

	if (sys_capabilities(&own) < 0)
		return sbx_fail(error, STEP_READ_CAPABILITIES, 0);
	run->keeps_groups = is_setgroups_denied();
	run->userns_first = run->plan.sandboxes[0].user_mode != USER_MODE_INHERIT &&
			    !(own.effective & 1ull << CAP_SYS_ADMIN);
	return 0;
}

/* A procfs that really is one: everything about PIDs is read through it. */
static int open_proc(void)
{
	struct statfs status;
	int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	int result = fd < 0 ? -1 : fstatfs(fd, &status);

	if (result == 0 && status.f_type == PROC_SUPER_MAGIC)
		return fd;
	result = result < 0 ? errno : ENOENT;
	if (fd >= 0)
		(void)close(fd);
	errno = result;
	return -1;
}

static int install_descriptors(const struct options *options, const struct plan *plan,
			       struct sbx_error *error)
{
	int log[2] = { -1, -1 };

	/* Missing standard streams would be taken by the next open. */
	for (int fd = open("/dev/null", O_RDWR); fd >= 0 && fd <= STDERR_FILENO;)
		fd = dup(fd);
	if (options->run_dir != NULL && run_dir_install_fds(error) < 0)
		return -1;
	if (options->control_fd >= 0 && fd_install(options->control_fd, FD_CONTROL) < 0)
		return sbx_fail(error, STEP_CONTROL_OPEN, 0);
	if (fd_install(open_proc(), FD_PROC) < 0)
		return sbx_fail(error, STEP_PROC_OPEN, 0);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, log) < 0 ||
	    fd_install(log[0], FD_LOG_IN) < 0 || fd_install(log[1], FD_LOG) < 0)
		return sbx_fail(error, STEP_LOG_SOCKET, 0);
	if (fd_install(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), FD_NOTIFY_UP) < 0 ||
	    fd_install(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), FD_NOTIFY_DOWN) < 0)
		return sbx_fail(error, STEP_NOTIFY_OPEN, 0);
	if (fd_install(sys_pidfd_open(getpid()), FD_MONITOR) < 0)
		return sbx_fail(error, STEP_MONITOR_PIDFD, 0);
	if (dev_open_host_null(error) < 0)
		return -1;
	if (fd_install(openat(FD_PROC, "self/ns/pid", O_RDONLY | O_CLOEXEC), FD_PIDNS) < 0)
		return sbx_fail(error, STEP_PIDNS_OPEN, 0);
	(void)sys_close_range(3, FD_CONTROL - 1);
	if (run_reserve_numbers(plan) < 0)
		return sbx_fail(error, STEP_RESERVE_DESCRIPTORS, 0);
	return 0;
}

/* Two pipes a logged process: as many descriptors as the caller may have. */
static int raise_descriptors(struct run *run, struct sbx_error *error)
{
	struct rlimit raised;

	if (getrlimit(RLIMIT_NOFILE, &run->descriptors) < 0)
		return sbx_fail(error, STEP_DESCRIPTOR_LIMIT, 0);
	raised = run->descriptors;
	raised.rlim_cur = raised.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &raised) < 0)
		return sbx_fail(error, STEP_DESCRIPTOR_LIMIT, 0);
	inherited_note();
	return 0;
}

static int report(const struct run *run, const struct sbx_error *error, uint32_t slot)
{
	if (slot == SBX_NONE && run->table.header != NULL)
		table_set_own_fault(&run->table, error);
	/* A runner reads it in the table, and says it better. */
	if (!run->has_control || run->table.header == NULL)
		fault_print(&run->plan, slot, error);
	return step_scope(error->step) == SCOPE_IMAGE ? SBX_EXIT_USAGE : SBX_EXIT_HOST;
}

/* Without a runner nobody else would say what could not be done. */
static int report_faults(const struct run *run, int code)
{
	const struct sbx_error own = {
		.step = run->table.header->fault_step,
		.err = (int)run->table.header->fault_errno,
	};

	if (own.step != STEP_NONE)
		return report(run, &own, SBX_NONE);
	for (uint32_t slot = 0; slot < run->plan.slot_count; slot++) {
		const struct table_slot *state = &run->table.slots[slot];
		const struct sbx_error error = {
			.step = state->fault_step,
			.err = (int)state->fault_errno,
			.level = (int)state->fault_level,
		};

		if (state->state == SLOT_STATE_FAILED)
			(void)report(run, &error, slot);
	}
	verdict_print(&run->plan, &run->table);
	return code;
}

/* The directory that the run's own is in: `path` up to its last slash. NULL where that is not known. */
static const char *runs_dir_of(const char *path, char *buffer, size_t size)
{
	const char *slash = path == NULL || path[0] != '/' ? NULL : strrchr(path, '/');
	size_t used = slash == NULL ? 0 : (size_t)(slash - path);

	if (used == 0 || used >= size)
		return NULL;
	memcpy(buffer, path, used);
	buffer[used] = '\0';
	return buffer;
}

/* As an absolute path, which processes may enter from wherever they are; in memory of its own. */
static const char *absolute(const char *path, char *buffer, size_t size)
{
	SBX_ASSERT(size >= PATH_MAX);
	if (path != NULL && path[0] == '/' && strlen(path) < size)
		return strcpy(buffer, path);
	return realpath(path == NULL ? "." : path, buffer) == NULL ? "/" : buffer;
}

static int run_as_monitor(struct run *run)
{
	int code;

	(void)prctl(PR_SET_NAME, "sandbox-monitor", 0, 0, 0);
	code = init_with_base(run, monitor_main);
	return run->has_control ? code : report_faults(run, code);
}

static int run_command(int count, char **arguments)
{
	static struct run run;
	int code;
	struct options options;
	struct sbx_error error = { 0 };
	static char directory[PATH_MAX] SBX_LARGE;
	static char runs_dir[PATH_MAX] SBX_LARGE;

	if (!options_of(count, arguments, &options))
		return usage();
	reset_signals();
	if (options.trace.fd >= 0) {
		options.trace.has_runner = options.control_fd >= 0;
		/* The tracer stays here, the run goes on in its child. */
		if (trace_split(&options.trace, &code))
			return code;
	}
	run.spec_dir = absolute(options.spec_dir, directory, sizeof(directory));
	run.runs_dir = runs_dir_of(options.run_dir, runs_dir, sizeof(runs_dir));
	run.environment = environ;
	title_prepare(options.run_dir);
	inherited_guard();
	run.uid = geteuid();
	run.gid = getegid();
	run.has_run_dir = options.run_dir != NULL;
	run.has_control = options.control_fd >= 0;
	run.is_detached = options.is_detached;
	run.takes_output = run.has_control || run.is_detached;
	run.is_observed = options.table_fd >= 0;
	debug_open(options.debug != NULL ? options.debug : getenv("SANDBOX_DEBUG"), FD_DEBUG,
		   &run.plan);
	if (raise_descriptors(&run, &error) < 0 ||
	    (options.run_dir != NULL && run_dir_take(options.run_dir, &error) < 0) ||
	    plan_map(options.image, &run.plan, &error) < 0 ||
	    table_create(&run.table, &run.plan, options.table_fd, &error) < 0 ||
	    install_descriptors(&options, &run.plan, &error) < 0 || choose_userns(&run, &error) < 0)
		return report(&run, &error, SBX_NONE);
	run.mask_proc = run.uid == 0;
	if (run.takes_output)
		(void)setsid(); /* the terminal's Ctrl-C is for the runner, which asks us to stop */
	if (run.is_detached)
		(void)chdir("/"); /* to keep no file system busy */
	if (!watchdog_split(&run, &code, &error)) {
		if (error.step != STEP_NONE)
			return report(&run, &error, SBX_NONE);
		code = run_as_monitor(&run);
	}
	/* By whoever ends; a guard does so after a monitor that could not. */
	if (run.is_detached && run.table.header->monitor_pid != 0)
		run_dir_leave();
	else if (options.run_dir != NULL)
		run_dir_remove(options.run_dir);
	watchdog_wake();
	return code;
}

/* Without the copy in memory nothing is started: its file would be within a workload's reach. */
static int run_sealed(int count, char **arguments)
{
	static const struct plan none;
	struct sbx_error error = { 0 };

	/* A limit on the size of files is an error here, not a death; reset before anything runs. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (seal_executable(arguments) == 0)
		return run_command(count - 2, arguments + 2);
	(void)sbx_fail(&error, STEP_SEAL, 0);
	fault_print(&none, SBX_NONE, &error);
	return SBX_EXIT_HOST;
}

int main(int count, char **arguments)
{
	seal_process();
	if (count > 0)
		title_find(count, arguments);
	/* A shim that somebody has stopped has to see that its runner is dead; kept over the execve. */
	if (count >= 2 && strcmp(arguments[1], "run") == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
	if (count >= 2 && strcmp(arguments[1], "run") == 0)
		return run_sealed(count, arguments);
	if (count >= 2 && strcmp(arguments[1], "runs") == 0)
		return run_dirs_main(count - 2, arguments + 2);
	if (count == 3 && strcmp(arguments[1], "remove") == 0)
		return run_dir_remove_main(arguments[2]);
	if (count == 2 && strcmp(arguments[1], "version") == 0) {
		(void)dprintf(STDOUT_FILENO, "sandbox-shim wire %08x\n", SBX_WIRE_VERSION);
		return EXIT_SUCCESS;
	}
	return usage();
}
