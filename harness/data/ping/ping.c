/*
 * The fast clock for the second in which ISC dhcpd waits whether anybody answers its ping.
 *
 * Preloaded into dhcpd where guests have that clock. Before it offers an address that it has not
 * used of late it pings it (dhcpd.conf(5), ping-check), and has nothing to do for a second but to
 * listen: whoever has the address answers a ping of this network within a millisecond. So it
 * listens for an eighth of it, and its clock goes on by the rest. All else of it is as ever.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { PART = 8, SECOND_US = 1000000 };

static long long ahead_us;
static long long left_us; /* of the wait for a ping */

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
	       socklen_t to_size)
{
	int protocol = 0;
	socklen_t length = sizeof(protocol);

	if (!getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length))
		left_us = protocol == IPPROTO_ICMP ? SECOND_US : left_us;
	return REAL(sendto)(fd, data, size, flags, to, to_size);
}

int select(int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *wait)
{
	long long all_us, skipped_us, rest_us;
	struct timeval rest;
	int ready;

	if (!left_us || !wait)
		return REAL(select)(count, read, write, except, wait);
	all_us = wait->tv_sec * (long long)SECOND_US + wait->tv_usec;
	skipped_us = (all_us < left_us ? all_us : left_us) / PART * (PART - 1);
	rest_us = all_us - skipped_us;
	rest = (struct timeval){ .tv_sec = rest_us / SECOND_US, .tv_usec = rest_us % SECOND_US };
	ready = REAL(select)(count, read, write, except, &rest);
	if (!ready) {
		ahead_us += skipped_us;
		left_us -= all_us < left_us ? all_us : left_us;
	}
	return ready;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	int failed = REAL(gettimeofday)(now, zone);

	if (!failed) {
		now->tv_sec += (now->tv_usec + ahead_us) / SECOND_US;
		now->tv_usec = (now->tv_usec + ahead_us) % SECOND_US;
	}
	return failed;
}

time_t time(time_t *into)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	if (into)
		*into = now.tv_sec;
	return now.tv_sec;
}
