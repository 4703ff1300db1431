/*
 * bfdd_net.h - a network of its own for a test: a new network namespace with
 * nothing but lo, so that ports are free and cutting lo hurts nobody.
 */
#ifndef TEST_UNIT_BFDD_NET_H
#define TEST_UNIT_BFDD_NET_H

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static inline bool
net_lo(bool up)
{
	struct ifreq r = { .ifr_flags = up ? IFF_UP : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	memcpy(r.ifr_name, "lo", 3);
	ok = fd != -1 && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
	if (fd != -1)
		(void)close(fd);
	return ok;
}

/* As root, or as anyone where user namespaces are allowed. */
static inline bool
net_own(void)
{
	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	return net_lo(true);
}

#endif
