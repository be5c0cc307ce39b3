/* terminal.h - what is typed goes to the run, and the terminal is as before when the run is over. */
#ifndef TERMINAL_H
#define TERMINAL_H

/*
 * The whole life of a child of the command, in the command's process group. Descriptor 0 is the
 * terminal, or 1 where nothing is relayed; 3 is a stream socket to the command, and its end is the end of the run, however that
 * came. With `relays`, descriptor 4 is the reading end of a pipe that gets what is typed: the
 * command takes it from /proc and then sends one byte. Returns the exit code.
 */
int terminal_main(int relays);

#endif
