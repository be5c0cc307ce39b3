/* alarm.h - the earliest time at which the monitor's loop has to look again. */
#ifndef ALARM_H
#define ALARM_H

#include <stdint.h>

/* Times are CLOCK_MONOTONIC in ns; 0 is never. */
struct alarm {
	int fd; /* readable once the time has come */
	uint64_t at; /* what it is set to */
};

/* -1 with errno where there is no timer to be had. */
int alarm_open(struct alarm *alarm);

void alarm_set(struct alarm *alarm, uint64_t at);

/* To be called when it is readable. */
void alarm_take(const struct alarm *alarm);

uint64_t alarm_earlier(uint64_t one, uint64_t other);

#endif
