/* environment.h - the environment that Bun is started with. */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <stdbool.h>

/*
 * Hides what would steer Bun, says what was found out (src/host/launch.ts reads it), and leaves out
 * the JIT where it takes longer to be made than it saves. `arguments` are those of the command.
 */
void environment_prepare(bool has_directory, char *const *arguments);

#endif
