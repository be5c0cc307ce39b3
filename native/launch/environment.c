/* environment.c - the environment that Bun is started with. */
#define _GNU_SOURCE
#include "launch/environment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A spec up to this size is compiled at least as fast by the interpreter alone: tried with 18 KB
 * (0.15 s of 0.23 s) and 240 KB (3.8 s of 0.5 s). Bytes.
 */
#define SMALL_SIZE_MAX (16 * 1024)

/* What Bun, JavaScriptCore and their allocator read; the latter in either case of letters. */
static const char *const steering[] = { "BUN_", "NODE_", "MIMALLOC_" };

/*
 * Commands that end within some 10 ms, or do little of their own: without a JIT they take 1 to 3 ms
 * less. Of `up` a flood of output takes a third more of the processor: 0.44 s a 100 MB, not 0.32 s.
 */
static const char *const brief[] = {
	"up",	   "version", "check",	"plan", "fmt",
	"explain", "schema",  "init", "diff", "completion",
};

static bool steers(const char *variable)
{
	for (size_t i = 0; i < sizeof(steering) / sizeof(steering[0]); i++) {
		if (strncasecmp(variable, steering[i], strlen(steering[i])) == 0)
			return true;
	}
	return false;
}

/*
 * A variable is the caller's, whose spec may inherit it, but not Bun's: its first letter becomes a
 * sign that no name begins with.
 */
static void hide_steering(void)
{
	for (char **variable = environ; *variable != NULL; variable++) {
		if (steers(*variable))
			(*variable)[0] = '@';
	}
}

static bool is_brief(const char *command)
{
	for (size_t i = 0; i < sizeof(brief) / sizeof(brief[0]); i++) {
		if (strcmp(command, brief[i]) == 0)
			return true;
	}
	return false;
}

/* A spec that is large, or a trace, which may be. */
static bool has_much_to_do(char *const *arguments)
{
	struct stat status;

	for (; *arguments != NULL; arguments++) {
		if (strcmp(*arguments, "--trace") == 0 ||
		    (stat(*arguments, &status) == 0 && status.st_size > SMALL_SIZE_MAX))
			return true;
	}
	return false;
}

void environment_prepare(bool has_directory, char *const *arguments)
{
	hide_steering();
	(void)setenv("SANDBOX_LAUNCH", has_directory ? "" : "no-directory", 1);
	if (arguments[0] != NULL && is_brief(arguments[0]) && !has_much_to_do(arguments + 1))
		(void)setenv("BUN_JSC_useJIT", "0", 1);
}
