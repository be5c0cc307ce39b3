/* exec.c - the last steps of a declared process: from a clone of the shim to its program. */
#define _GNU_SOURCE
#include "init/exec.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "build/caps.h"
#include "build/idmap.h"
#include "core/path.h"
#include "core/sys.h"
#include "init/attributes.h"
#include "init/streams.h"

/* Arguments and then the environment for execve, filled in the child, which has a copy of this memory. */
static char *arguments[3 * SBX_STRING_LIST_MAX + 2] SBX_LARGE;
static char **environment;

/* Fills `pointers` with `count` strings that lie one after another. Returns the end, which is NULL. */
static char **point_at(char **pointers, const char *strings, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		*pointers++ = (char *)(uintptr_t)strings; /* execve takes char *, and copies */
		strings += strlen(strings) + 1;
	}
	*pointers = NULL;
	return pointers;
}

static char *variable_of(char **variables, const char *name, size_t size)
{
	for (char **entry = variables; *entry != NULL; entry++) {
		if (strncmp(*entry, name, size) == 0 && (*entry)[size] == '=')
			return *entry;
	}
	return NULL;
}

/* The plan's variables, then those of the caller's that it asks for and that are set. */
static void fill_environment(const struct run *run, const struct image_process *process)
{
	char **end = point_at(environment, plan_string(&run->plan, process->env),
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
	return sbx_done(STEP_LIMITS, level);
}

static int take_identity(const struct exec_request *request, const struct image_sandbox *sandbox,
			 const struct image_process *process, struct sbx_error *error)
{
	int level = (int)sandbox->level;

	if (request->enter_userns) {
		if (setns(FD_USERNS, CLONE_NEWUSER) < 0)
			return sbx_fail(error, STEP_USERNS_ENTER, level);
		caps_entered_userns();
		(void)close(FD_USERNS);
	}
	/* Before the ids: with another uid than 0 the right to do so is gone. */
	if (caps_bound(level, error) < 0)
		return -1;
	if (request->enter_userns || process->has_identity || sandbox->has_identity) {
		if (idmap_become(request->run, sandbox, process, error) < 0)
			return -1;
	}
	return caps_drop(level, error);
}

/* Executes `name` in the first directory of `path`; returns only on failure, with errno. */
static void exec_in(const char *path, const char *name)
{
	static char candidate[PATH_MAX] SBX_LARGE;
	size_t size = strcspn(path, ":");
	size_t name_size = strlen(name);

	errno = ENOENT;
	if (size == 0 || size + name_size + 2 > sizeof(candidate))
		return; /* the empty entry, the working directory, is not searched */
	memcpy(candidate, path, size);
	candidate[size] = '/';
	memcpy(candidate + size + 1, name, name_size + 1);
	(void)execve(candidate, arguments, environment);
}

/* Like the shell: without a slash, the first that can be executed in the PATH it will have. */
static void exec_search(const char *name, int level, struct sbx_error *error)
{
	const char *variable = variable_of(environment, "PATH", 4);
	const char *path = variable == NULL ? "" : variable + sizeof("PATH");
	int denied = 0;

	errno = ENOENT;
	for (const char *entry = path; *entry != '\0'; entry += *entry == ':') {
		exec_in(entry, name);
		if (errno == EACCES)
			denied = errno;
		else if (errno != ENOENT && errno != ENOTDIR)
			break;
		entry += strcspn(entry, ":");
	}
	if (denied != 0 && (errno == ENOENT || errno == ENOTDIR))
		errno = denied;
	(void)sbx_fail(error, STEP_EXEC, level);
}

/*
 * Leaves only 0, 1, 2 and what the last steps need, none of which leads to anything of the host: the
 * socket to the supervisor, and the user namespace that is still to be entered.
 */
static int close_others(bool keeps_userns)
{
	unsigned int last = keeps_userns ? FD_USERNS : FD_START;

	_Static_assert(FD_USERNS == FD_START + 1, "kept together");
	if (sys_close_range(STDERR_FILENO + 1, FD_START - 1) < 0)
		return -1;
	return sys_close_range(last + 1, ~0u);
}

/* The spec's folder where the process can see it, else the root of its tree; then its own. */
static int enter_directory(const struct run *run, const struct image_process *process)
{
	const char *own = plan_string(&run->plan, process->cwd);

	if (own[0] == '/')
		return path_enter(own);
	if (path_enter(run->spec_dir) < 0 && path_enter("/") < 0)
		return -1;
	return own[0] == '\0' ? 0 : path_enter(own);
}

static void unblock_signals(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * In this order: descriptors of the host go before the first path of the spec is walked, rights
 * before the first file is opened, and limits come last, as the shim's own steps do not count.
 */
static int prepare(const struct exec_request *request, const struct image_sandbox *sandbox,
		   const struct image_process *process, struct sbx_error *error)
{
	int level = (int)sandbox->level;

	if (setsid() < 0 && errno != EPERM) /* EPERM: it leads one already */
		return sbx_fail(error, STEP_SESSION, level);
	if (raise_limits(request->run, process, level, error) < 0 ||
	    attributes_with_rights(process, level, error) < 0)
		return -1;
	if (streams_set(request, error) < 0)
		return -1;
	if (close_others(request->enter_userns) < 0)
		return sbx_fail(error, STEP_DESCRIPTORS_CLOSE, level);
	if (take_identity(request, sandbox, process, error) < 0)
		return -1;
	(void)umask(process->umask);
	if (enter_directory(request->run, process) < 0)
		return sbx_fail(error, STEP_CWD, level);
	/* After the ids, which clear it. Source: PR_SET_PDEATHSIG(2const). */
	if (request->dies_with_parent && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_DEATH_SIGNAL, level);
	if (attributes_at_exec(process, level, error) < 0)
		return -1;
	/* A FIFO may have no other end for long: what waits for it can be stopped. */
	unblock_signals();
	if (streams_open(request, error) < 0)
		return -1;
	return set_limits(request->run, process, level, error);
}

static void execute(const struct run *run, const struct image_process *process, int level,
		    struct sbx_error *error)
{
	const char *name = plan_string(&run->plan, process->argv);

	environment = point_at(arguments, name, process->argv_count) + 1;
	fill_environment(run, process);
	if (strchr(name, '/') == NULL) {
		exec_search(name, level, error);
	} else {
		(void)execve(name, arguments, environment);
		(void)sbx_fail(error, STEP_EXEC, level);
	}
}

void exec_process(const struct exec_request *request)
{
	const struct run *run = request->run;
	const struct image_process *process = plan_process(&run->plan, request->slot);
	const struct image_sandbox *sandbox =
		&run->plan.sandboxes[run->plan.slots[request->slot].sandbox];
	struct table table = run->table;
	struct sbx_error error = { 0 };

	SBX_ASSERT(process != NULL);
	if (prepare(request, sandbox, process, &error) == 0)
		execute(run, process, (int)sandbox->level, &error);
	table_set_fault(&table, request->slot, &error);
	_exit(SBX_EXIT_EXEC);
}
