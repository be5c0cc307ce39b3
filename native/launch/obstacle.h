/* obstacle.h - limits and filters under which Bun would not start, or abort. */
#ifndef OBSTACLE_H
#define OBSTACLE_H

#include <stdbool.h>

/* Says the first that there is, and what to do, in one line on standard error. */
bool obstacle_reported(void);

#endif
