/* exec.c - the last steps of a declared process: from a clone of the shim to its program. */
#define _GNU_SOURCE
#include "init/exec.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "build/caps.h"
#include "build/idmap.h"
#include "core/sys.h"
#include "init/attributes.h"

/*
 * Pointer arrays for execve, filled in the child. A child that shares our memory has the parent
 * asleep, so one of each is enough.
 */
static char *argument_pointers[SBX_STRING_LIST_MAX + 1];
static char *environment_pointers[2 * SBX_STRING_LIST_MAX + 1];

/* Fills `pointers` with `count` strings that lie one after another. Returns the end. */
static char **point_at(char **pointers, const char *strings, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		*pointers++ = (char *)(uintptr_t)strings; /* execve takes char *, and copies */
		strings += strlen(strings) + 1;
	}
	*pointers = NULL;
	return pointers;
}

static char *variable_of(char **environment, const char *name, size_t size)
{
	for (char **entry = environment; *entry != NULL; entry++) {
		if (strncmp(*entry, name, size) == 0 && (*entry)[size] == '=')
			return *entry;
	}
	return NULL;
}

/* The plan's variables, then those of the caller's that it asks for and that are set. */
static void fill_environment(const struct run *run, const struct image_process *process)
{
	char **end = point_at(environment_pointers, plan_string(&run->plan, process->env),
			      process->env_count);
	const char *name = plan_string(&run->plan, process->inherit_env);

	for (uint32_t i = 0; i < process->inherit_env_count; i++) {
		size_t size = strlen(name);
		char *entry = variable_of(run->environment, name, size);

		if (entry != NULL)
			*end++ = entry;
		name += size + 1;
	}
	*end = NULL;
}

/* A hard limit can be raised only with the rights that the shim has, before it gives them up. */
static int raise_limits(const struct run *run, const struct image_process *process, int level,
			struct sbx_error *error)
{
	const struct image_limit *limits = &run->plan.limits[process->limits_first];

	for (uint32_t i = 0; i < process->limits_count; i++) {
		struct rlimit limit;

		if (sys_get_limit(limits[i].resource, &limit) < 0)
			return sbx_fail(error, STEP_LIMITS, level);
		if (limits[i].hard <= limit.rlim_max)
			continue;
		limit.rlim_max = limits[i].hard;
		if (sys_set_limit(limits[i].resource, &limit) < 0)
			return sbx_fail(error, STEP_LIMITS, level);
	}
	return 0;
}

/* They are the program's, so they come last: what the shim opens for it does not count. */
static int set_limits(const struct run *run, const struct image_process *process, int level,
		      struct sbx_error *error)
{
	const struct image_limit *limits = &run->plan.limits[process->limits_first];
	bool has_own_descriptors = false;

	for (uint32_t i = 0; i < process->limits_count; i++) {
		struct rlimit limit = { .rlim_cur = limits[i].soft, .rlim_max = limits[i].hard };

		has_own_descriptors |= limits[i].resource == RLIMIT_NOFILE;
		if (sys_set_limit(limits[i].resource, &limit) < 0)
			return sbx_fail(error, STEP_LIMITS, level);
	}
	/* The shim raised its own; workloads get the caller's. */
	if (!has_own_descriptors && setrlimit(RLIMIT_NOFILE, &run->descriptors) < 0)
		return sbx_fail(error, STEP_LIMITS, level);
	return 0;
}

static int take_identity(const struct exec_request *request, const struct image_sandbox *box,
			 const struct image_process *process, struct sbx_error *error)
{
	const struct run *run = request->run;
	int level = (int)box->level;

	if (request->enter_userns && setns(FD_USERNS, CLONE_NEWUSER) < 0)
		return sbx_fail(error, STEP_USERNS_ENTER, level);
	if (request->enter_userns || process->has_identity || box->has_identity) {
		if (idmap_become(run, box, process, error) < 0)
			return -1;
	}
	/* Entering a user namespace filled the bounding set again; the monitor's was never empty. */
	if (caps_bound(level, error) < 0)
		return -1;
	return caps_drop(level, error);
}

/* Executes `name` in the first directory of `path`; returns only on failure, with errno. */
static void exec_in(const char *path, const char *name)
{
	static char candidate[PATH_MAX];
	size_t size = strcspn(path, ":");
	size_t name_size = strlen(name);

	errno = ENOENT;
	if (size == 0 || size + name_size + 2 > sizeof(candidate))
		return; /* the empty entry, the working directory, is not searched */
	memcpy(candidate, path, size);
	candidate[size] = '/';
	memcpy(candidate + size + 1, name, name_size + 1);
	(void)execve(candidate, argument_pointers, environment_pointers);
}

/*
 * Like the shell: without a slash, the first that can be executed in the PATH it will have. Most
 * runs start one program many times, so the entry that had it is tried first; parent and children
 * share this memory, and equal strings of a plan are one string.
 */
static void exec_search(const char *name, int level, struct sbx_error *error)
{
	static const char *last_name, *last_path, *last_entry;
	const char *variable = variable_of(environment_pointers, "PATH", 4);
	const char *path = variable == NULL ? "" : variable + sizeof("PATH");
	int denied = 0;

	if (last_name == name && last_path == path)
		exec_in(last_entry, name);
	last_name = name;
	last_path = path;
	errno = ENOENT;
	for (const char *entry = path; *entry != '\0'; entry += *entry == ':') {
		last_entry = entry;
		exec_in(entry, name);
		if (errno == EACCES)
			denied = errno;
		else if (errno != ENOENT && errno != ENOTDIR)
			break;
		entry += strcspn(entry, ":");
	}
	last_name = NULL;
	if (denied != 0 && (errno == ENOENT || errno == ENOTDIR))
		errno = denied;
	(void)sbx_fail(error, STEP_EXEC, level);
}

/* Never blocks on a FIFO without a peer, and never makes a terminal the controlling one. */
static int open_stream(const char *path, int flags, enum step step, int level,
		       struct sbx_error *error)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);

	if (fd < 0 || fcntl(fd, F_SETFL, flags & O_APPEND) < 0)
		return sbx_fail(error, step, level);
	return fd;
}

static int stdin_text(const char *text, uint32_t size, int level, struct sbx_error *error)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		return sbx_fail(error, STEP_STDIN_TEXT, level);
	return fd;
}

static int stdin_fd(const struct run *run, const struct image_process *process, int level,
		    struct sbx_error *error)
{
	const char *text = plan_string(&run->plan, process->stdin_text);

	switch ((enum stdin_kind)process->stdin_kind) {
	case STDIN_KIND_INHERIT:
		return STDIN_FILENO;
	case STDIN_KIND_FILE:
		return open_stream(text, O_RDONLY, STEP_STDIN_OPEN, level, error);
	case STDIN_KIND_TEXT:
		return stdin_text(text, process->stdin_size, level, error);
	case STDIN_KIND_NULL:
	case STDIN_KIND_COUNT:
		break;
	}
	return FD_NULL;
}

static int output_fd(const struct run *run, uint32_t kind, uint32_t path, int pipe_fd, int own,
		     int stdout_fd, enum step step, int level, struct sbx_error *error)
{
	switch ((enum output_kind)kind) {
	case OUTPUT_KIND_LOG:
		return pipe_fd >= 0 ? pipe_fd : own;
	case OUTPUT_KIND_INHERIT:
		return own;
	case OUTPUT_KIND_FILE:
		return open_stream(plan_string(&run->plan, path), O_WRONLY | O_CREAT | O_APPEND, step,
				   level, error);
	case OUTPUT_KIND_STDOUT:
		return stdout_fd;
	case OUTPUT_KIND_NULL:
	case OUTPUT_KIND_COUNT:
		break;
	}
	return FD_NULL;
}

static int set_streams(const struct exec_request *request, const struct image_process *process,
		       int level, struct sbx_error *error)
{
	const struct run *run = request->run;
	int in = stdin_fd(run, process, level, error);
	int out = output_fd(run, process->stdout_kind, process->stdout_path, request->stdout_fd,
			    STDOUT_FILENO, -1, STEP_STDOUT_OPEN, level, error);
	int err = output_fd(run, process->stderr_kind, process->stderr_path, request->stderr_fd,
			    STDERR_FILENO, out, STEP_STDERR_OPEN, level, error);

	if (in < 0 || out < 0 || err < 0)
		return -1;
	/* stderr before stdout: it may be a copy of the shim's own stdout, or of the new one. */
	if ((err != STDERR_FILENO && dup2(err, STDERR_FILENO) < 0) ||
	    (out != STDOUT_FILENO && dup2(out, STDOUT_FILENO) < 0) ||
	    (in != STDIN_FILENO && dup2(in, STDIN_FILENO) < 0))
		return sbx_fail(error, STEP_STREAMS, level);
	/* The gate stays until the exec, which its other side waits for. */
	if ((request->gate >= 0 && sys_close_range(3, (unsigned int)request->gate - 1) < 0) ||
	    sys_close_range(request->gate >= 0 ? (unsigned int)request->gate + 1 : 3, ~0u) < 0)
		return sbx_fail(error, STEP_DESCRIPTORS_CLOSE, level);
	return 0;
}

static int prepare(const struct exec_request *request, const struct image_sandbox *box,
		   const struct image_process *process, struct sbx_error *error)
{
	const char *cwd = plan_string(&request->run->plan, process->cwd);
	int level = (int)box->level;

	if (setsid() < 0 && errno != EPERM) /* EPERM: it leads one already */
		return sbx_fail(error, STEP_SESSION, level);
	if (raise_limits(request->run, process, level, error) < 0)
		return -1;
	if (attributes_with_rights(process, level, error) < 0 ||
	    take_identity(request, box, process, error) < 0)
		return -1;
	(void)umask(process->umask);
	if (cwd[0] != '\0' && chdir(cwd) < 0)
		return sbx_fail(error, STEP_CWD, level);
	if (request->dies_with_parent && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_DEATH_SIGNAL, level);
	if (set_streams(request, process, level, error) < 0 ||
	    attributes_at_exec(process, level, error) < 0)
		return -1;
	return set_limits(request->run, process, level, error);
}

/* Tells that this process has its PIDs, and waits to be let on; without a word it ends. */
static void wait_at_gate(const struct exec_request *request)
{
	struct table table = request->run->table;
	ssize_t count;
	char byte;

	/* Those who join its namespaces must be allowed to look at it, as after an exec. */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	table_store(&table.slots[request->slot].held, 1);
	table_mark(table.dirty_up, request->slot);
	run_ring(FD_BELL_UP);
	do
		count = read(request->gate, &byte, 1);
	while (count < 0 && errno == EINTR);
	if (count != 1)
		_exit(0);
}

int exec_process(void *argument)
{
	const struct exec_request *request = argument;
	const struct run *run = request->run;
	const struct image_process *process = plan_process(&run->plan, request->slot);
	const struct image_sandbox *box =
		&run->plan.sandboxes[run->plan.slots[request->slot].sandbox];
	const char *name;
	struct table table = run->table;
	struct sbx_error error = { 0 };
	sigset_t none;

	SBX_ASSERT(process != NULL);
	name = plan_string(&run->plan, process->argv);
	if (request->gate >= 0)
		wait_at_gate(request);
	if (prepare(request, box, process, &error) == 0) {
		(void)point_at(argument_pointers, name, process->argv_count);
		fill_environment(run, process);
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		if (strchr(name, '/') == NULL) {
			exec_search(name, (int)box->level, &error);
		} else {
			(void)execve(name, argument_pointers, environment_pointers);
			(void)sbx_fail(&error, STEP_EXEC, (int)box->level);
		}
	}
	table_set_fault(&table, request->slot, &error);
	return SBX_EXIT_EXEC;
}
