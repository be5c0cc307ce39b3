/* fuzz-plan.c - the image validator against mutated images; it may refuse, never read outside. */
#include "core/plan.c"

#include <stdlib.h>

/* Nobody asks the fuzzer for debug lines. */
struct debug debug = { .fd = -1, .slot = SBX_NONE };

void debug_write(enum step step, int err, int level)
{
	(void)step;
	(void)err;
	(void)level;
}

/* xorshift64: seeded, so that a finding can be repeated. */
static uint64_t state;

static uint32_t next(uint32_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % bound;
}

static void mutate(uint8_t *bytes, uint32_t size)
{
	static const uint32_t words[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };

	for (uint32_t edits = 1 + next(4); edits > 0; edits--) {
		uint32_t at = next(size);

		if (next(2) == 0) {
			bytes[at] = (uint8_t)next(256);
		} else if (at / 4 * 4 + 4 <= size) {
			uint32_t word = next(2) == 0 ? words[next(6)] : next(size);

			memcpy(bytes + at / 4 * 4, &word, sizeof(word));
		}
	}
}

int main(int count, char **arguments)
{
	if (count != 4)
		return 64;
	long rounds = strtol(arguments[2], NULL, 10);
	state = strtoull(arguments[3], NULL, 10) | 1;
	struct stat status;
	int fd = open(arguments[1], O_RDONLY);

	if (fd < 0 || fstat(fd, &status) < 0)
		return 66;
	size_t size = (size_t)status.st_size;
	uint8_t *original = malloc(size);
	long accepted = 0;

	if (original == NULL || !read_all(fd, original, size))
		return 66;
	for (long round = 0; round < rounds; round++) {
		/* Allocated in its exact size, so that the sanitizer sees a read of one byte too far. */
		uint8_t *image = malloc(size);
		struct plan plan = { 0 };
		struct sbx_error error = { 0 };

		if (image == NULL)
			return 71;
		memcpy(image, original, size);
		if (round > 0)
			mutate(image, (uint32_t)size);
		accepted += plan_validate(image, size, &plan, &error) == 0;
		free(image);
	}
	free(original);
	(void)printf("%ld images, %ld accepted\n", rounds, accepted);
	return accepted > 0 ? 0 : 1;
}
