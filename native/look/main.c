/* main.c - sandbox-look: reads processes and namespaces, and changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "core/sbx.h"
#include "look/namespaces.h"
#include "look/snapshot.h"

/*
 * A program of its own, so that the shim has no code that only reads. It runs for a moment, holds no
 * process of a run, and its death means nothing to one; the rules for a PID 1 do not bind it.
 */

static int usage(void)
{
	static const char text[] =
		"usage: sandbox-look snapshot MONITOR [--namespaces] [--pidns INODE]\n"
		"                                     [--by bpf|nsfs|procfs]\n"
		"       sandbox-look namespaces PID...\n"
		"       sandbox-look version\n"
		"\n"
		"Writes binary rows to standard output: every process of the run of the monitor\n"
		"with that PID, or the namespaces around each process.\n"
		"  --namespaces  the inodes of all namespaces of each process\n"
		"  --pidns INODE the outermost PID namespace of the run, where its monitor is hidden\n"
		"  --by MEANS    how processes are read; else the quickest way that works\n"
		"Exit: 0 done, 3 this host cannot, 64 wrong usage.\n";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	return SBX_EXIT_USAGE;
}

int main(int count, char **arguments)
{
	if (count >= 3 && strcmp(arguments[1], "snapshot") == 0)
		return snapshot_main(count - 2, arguments + 2);
	if (count >= 2 && strcmp(arguments[1], "namespaces") == 0)
		return namespaces_main(count - 2, arguments + 2);
	if (count == 2 && strcmp(arguments[1], "version") == 0) {
		(void)dprintf(STDOUT_FILENO, "sandbox-look wire %08x\n", SBX_WIRE_VERSION);
		return EXIT_SUCCESS;
	}
	return usage();
}
