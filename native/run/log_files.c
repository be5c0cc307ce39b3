/* log_files.c - what workloads print, kept in files of a detached run's directory. */
#define _GNU_SOURCE
#include "run/log_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include "run/client.h"
#include "run/log_account.h"

/* A frame is never longer, so that each fits into a file of its own. */
_Static_assert(sizeof(struct frame) + OUTPUT_CHUNK_SIZE <= SBX_LOG_FILE_SIZE_MIN, "one frame a file");

/* The part of the file system that logs may take: others live there too, in memory as a rule. */
#define DISK_PART 4

/* Two numbers and a dot. */
struct name {
	char text[24];
};

/* Open for writing, by slot modulo their number. */
struct open_file {
	int fd; /* -1: none */
	uint32_t slot;
};

static struct {
	const struct run *run; /* NULL: nothing is kept */
	int directory; /* O_PATH */
	uint64_t size_max; /* bytes of one file */
	uint64_t *sizes; /* by slot: bytes of its newest file */
	struct open_file files[LOG_FILES_OPEN_MAX];
} kept;

static struct table_slot *state_of(uint32_t slot)
{
	return &kept.run->table.slots[slot];
}

static uint64_t run_size_max(void)
{
	struct statfs status;
	uint64_t part;

	/* Without a limit of its own tmpfs says 0 blocks. */
	if (fstatfs(FD_RUN_DIR, &status) < 0 || status.f_blocks == 0)
		return SBX_LOG_RUN_SIZE_MAX;
	part = (uint64_t)status.f_blocks * (uint64_t)status.f_bsize / DISK_PART;
	return part < SBX_LOG_RUN_SIZE_MAX ? part : SBX_LOG_RUN_SIZE_MAX;
}

/*
 * With as many processes as there are slots at most: inits print nothing. A file that may not grow by
 * RLIMIT_FSIZE is full; the signal of that is blocked.
 */
static uint64_t file_size_max(const struct plan *plan)
{
	uint64_t size = run_size_max() / SBX_LOG_FILE_COUNT / plan->slot_count;
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };

	if (size > SBX_LOG_FILE_SIZE_MAX)
		size = SBX_LOG_FILE_SIZE_MAX;
	if (size < SBX_LOG_FILE_SIZE_MIN)
		size = SBX_LOG_FILE_SIZE_MIN;
	(void)getrlimit(RLIMIT_FSIZE, &limit);
	return size < limit.rlim_cur ? size : limit.rlim_cur;
}

/* Nobody else looks into what we make, whatever the caller's mask is. */
static int make_directory(void)
{
	mode_t mask = umask(0);
	int result = mkdirat(FD_RUN_DIR, "logs", 0700);

	(void)umask(mask);
	return result < 0 ? -1 :
			    openat(FD_RUN_DIR, "logs",
				   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int log_files_open(const struct run *run, struct sbx_error *error)
{
	size_t size = run->plan.slot_count * sizeof(*kept.sizes);

	if (!run->is_detached)
		return 0;
	kept.directory = make_directory();
	if (kept.directory < 0)
		return sbx_fail(error, STEP_LOG_FILES, 0);
	kept.sizes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kept.sizes == MAP_FAILED || madvise(kept.sizes, size, MADV_DONTFORK) < 0)
		return sbx_fail(error, STEP_LOG_FILES, 0);
	kept.run = run;
	kept.size_max = file_size_max(&run->plan);
	for (size_t i = 0; i < LOG_FILES_OPEN_MAX; i++)
		kept.files[i].fd = -1;
	return sbx_done(STEP_LOG_FILES, 0);
}

static struct name name_of(uint32_t slot, uint32_t number)
{
	struct name name;

	(void)snprintf(name.text, sizeof(name.text), "%u.%u", slot, number);
	return name;
}

/* Takes the descriptor, in the place of that of another slot or an older file. Returns it. */
static int note_open(uint32_t slot, int fd)
{
	struct open_file *file = &kept.files[slot % LOG_FILES_OPEN_MAX];

	if (fd < 0)
		return -1;
	if (file->fd >= 0)
		(void)close(file->fd);
	*file = (struct open_file){ .fd = fd, .slot = slot };
	return fd;
}

/* O_NONBLOCK is for what a process of the same user could have put in its place. */
static int newest(uint32_t slot)
{
	const struct open_file *file = &kept.files[slot % LOG_FILES_OPEN_MAX];
	struct name name = name_of(slot, state_of(slot)->log_files);

	if (file->fd >= 0 && file->slot == slot)
		return file->fd;
	return note_open(slot, openat(kept.directory, name.text,
				      O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

/* The oldest goes first, so that there are never more, and a full disk has space again. */
static int begin_file(uint32_t slot)
{
	struct table_slot *state = state_of(slot);
	uint32_t number = state->log_files + 1;
	struct name name = name_of(slot, number);
	mode_t mask = umask(0);
	int fd;

	if (number > SBX_LOG_FILE_COUNT)
		(void)unlinkat(kept.directory, name_of(slot, number - SBX_LOG_FILE_COUNT).text, 0);
	fd = openat(kept.directory, name.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	(void)umask(mask);
	if (fd < 0)
		return -1;
	kept.sizes[slot] = 0;
	table_store(&state->log_files, number);
	return note_open(slot, fd);
}

/* Bytes written at `at`, fewer than all only with errno. A file system may take a part of them. */
static size_t write_all(int fd, struct iovec parts[2], uint64_t at)
{
	size_t done = 0;

	while (parts[0].iov_len + parts[1].iov_len > 0) {
		ssize_t size = pwritev(fd, parts, 2, (off_t)(at + done));
		size_t rest = size > 0 ? (size_t)size : 0;

		if (size == 0)
			errno = ENOSPC;
		if (size <= 0)
			return done;
		done += rest;
		for (int i = 0; i < 2; i++) {
			size_t part = rest < parts[i].iov_len ? rest : parts[i].iov_len;

			parts[i].iov_base = (uint8_t *)parts[i].iov_base + part;
			parts[i].iov_len -= part;
			rest -= part;
		}
	}
	return done;
}

/* 0, or why not all of the frame is kept. What has found space stays, as a frame of its own size. */
static int append(int fd, const struct frame *frame, const void *bytes)
{
	uint64_t *size = &kept.sizes[frame->slot];
	struct frame cut = *frame;
	struct iovec parts[] = {
		{ (void *)frame, sizeof(*frame) },
		{ (void *)bytes, frame->size },
	};
	size_t done = write_all(fd, parts, *size);
	int err = errno;

	if (done == sizeof(*frame) + frame->size) {
		*size += done;
		return 0;
	}
	cut.size = done > sizeof(cut) ? (uint32_t)(done - sizeof(cut)) : 0;
	if (cut.size > 0 && pwrite(fd, &cut, sizeof(cut), (off_t)*size) == sizeof(cut))
		*size += done;
	else
		(void)!ftruncate(fd, (off_t)*size);
	return err;
}

void log_files_keep(const struct frame *frame, const void *bytes)
{
	uint32_t slot = frame->slot;
	int fd, err;

	if (kept.run == NULL)
		return;
	if (state_of(slot)->log_files == 0 ||
	    kept.sizes[slot] + sizeof(*frame) + frame->size > kept.size_max)
		fd = begin_file(slot);
	else
		fd = newest(slot);
	err = fd < 0 ? errno : append(fd, frame, bytes);
	if (err != 0 && frame->size > 0)
		log_account_gap(slot, err);
}
