/* alarm.c - the earliest time at which the monitor's loop has to look again. */
#define _GNU_SOURCE
#include "run/alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>

int alarm_open(struct alarm *alarm)
{
	*alarm = (struct alarm){ .fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK) };
	return alarm->fd < 0 ? -1 : 0;
}

void alarm_set(struct alarm *alarm, uint64_t at)
{
	const struct itimerspec spec = {
		.it_value = { .tv_sec = (time_t)(at / 1000000000), .tv_nsec = (long)(at % 1000000000) },
	};

	if (at == alarm->at)
		return;
	alarm->at = at;
	(void)timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void alarm_take(const struct alarm *alarm)
{
	uint64_t expirations;

	(void)!read(alarm->fd, &expirations, sizeof(expirations));
}

uint64_t alarm_earlier(uint64_t one, uint64_t other)
{
	return one == 0 || (other != 0 && other < one) ? other : one;
}
