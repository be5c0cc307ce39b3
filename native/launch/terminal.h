/* terminal.h - what is typed goes to the run, and the terminal is as before when the run is over. */
#ifndef TERMINAL_H
#define TERMINAL_H

int terminal_main(void);

#endif
