/* streams.c - the three standard streams of a declared process. */
#define _GNU_SOURCE
#include "init/streams.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/path.h"

static int text_fd(const struct run *run, const struct image_process *process, int level,
		   struct sbx_error *error)
{
	const char *text = plan_string(&run->plan, process->stdin_text);
	uint32_t size = process->stdin_size;
	int fd = memfd_create("stdin", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		return sbx_fail(error, STEP_STDIN_TEXT, level);
	return fd;
}

static int stdin_source(const struct run *run, const struct image_process *process, int level,
			struct sbx_error *error)
{
	SBX_ASSERT(process != NULL);
	switch ((enum stdin_kind)process->stdin_kind) {
	case STDIN_KIND_INHERIT:
		return STDIN_FILENO;
	case STDIN_KIND_TEXT:
		return text_fd(run, process, level, error);
	case STDIN_KIND_FILE:
	case STDIN_KIND_NULL:
	case STDIN_KIND_COUNT:
		break;
	}
	return FD_NULL;
}

/* `own` is the shim's own stream; `stdout_source` is where stdout goes, for `stderr: stdout`. */
static int output_source(uint32_t kind, int pipe_fd, int own, int stdout_source)
{
	switch ((enum output_kind)kind) {
	case OUTPUT_KIND_LOG:
		return pipe_fd >= 0 ? pipe_fd : own;
	case OUTPUT_KIND_INHERIT:
		return own;
	case OUTPUT_KIND_STDOUT:
		return stdout_source;
	case OUTPUT_KIND_FILE:
	case OUTPUT_KIND_NULL:
	case OUTPUT_KIND_COUNT:
		break;
	}
	return FD_NULL;
}

static int install(int from, int number)
{
	/* The same number: the shim's own has no close-on-exec flag. */
	return from == number || dup2(from, number) == number ? 0 : -1;
}

int streams_set(const struct exec_request *request, struct sbx_error *error)
{
	const struct run *run = request->run;
	const struct image_process *process = plan_process(&run->plan, request->slot);
	int level = (int)run->plan.slots[request->slot].level;
	int in = stdin_source(run, process, level, error);
	int out = output_source(process->stdout_kind, request->stdout_fd, STDOUT_FILENO, -1);
	int err = output_source(process->stderr_kind, request->stderr_fd, STDERR_FILENO, out);

	if (in < 0)
		return -1;
	/* stderr before stdout: it may be a copy of the shim's own stdout. */
	if (install(err, STDERR_FILENO) < 0 || install(out, STDOUT_FILENO) < 0 ||
	    install(in, STDIN_FILENO) < 0)
		return sbx_fail(error, STEP_STREAMS, level);
	return 0;
}

/*
 * The peer of a FIFO is waited for, as by a shell. That may take long, and is part of the program's
 * time: for its supervisor the start is over.
 */
static void end_start_at_fifo(const char *path)
{
	struct stat status;
	int fd = path_open(path, O_PATH, 0);

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
		(void)close(FD_START);
	if (fd >= 0)
		(void)close(fd);
}

/* Never makes a terminal the controlling one. */
static int open_at(const char *path, int flags, int number)
{
	int fd;

	end_start_at_fifo(path);
	fd = path_open(path, flags | O_NOCTTY, 0666);

	if (fd < 0 || dup2(fd, number) < 0)
		return -1;
	return close(fd);
}

int streams_open(const struct exec_request *request, struct sbx_error *error)
{
	const struct plan *plan = &request->run->plan;
	const struct image_process *process = plan_process(plan, request->slot);
	const int append = O_WRONLY | O_CREAT | O_APPEND;
	int level = (int)plan->slots[request->slot].level;

	SBX_ASSERT(process != NULL);
	if (process->stdin_kind == STDIN_KIND_FILE &&
	    open_at(plan_string(plan, process->stdin_text), O_RDONLY, STDIN_FILENO) < 0)
		return sbx_fail(error, STEP_STDIN_OPEN, level);
	if (process->stdout_kind == OUTPUT_KIND_FILE &&
	    open_at(plan_string(plan, process->stdout_path), append, STDOUT_FILENO) < 0)
		return sbx_fail(error, STEP_STDOUT_OPEN, level);
	if (process->stderr_kind == OUTPUT_KIND_FILE &&
	    open_at(plan_string(plan, process->stderr_path), append, STDERR_FILENO) < 0)
		return sbx_fail(error, STEP_STDERR_OPEN, level);
	if (process->stderr_kind == OUTPUT_KIND_STDOUT && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		return sbx_fail(error, STEP_STDERR_OPEN, level);
	return 0;
}
