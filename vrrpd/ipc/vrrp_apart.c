/*
 * vrrp_apart.c - a child of the monitor leaves what it has of its parent.
 *
 * For the processes beside the engine, which are children of the monitor and share
 * nothing with it but a channel.  The engine has its own way (vrrp_birth.c).
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "shared/fds.h"

void
vrrp_apart_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	size_t i;

	for (i = 1; i < NSIG; i++)
		(void)sigaction((int)i, &dfl, NULL);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &ignore, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int
vrrp_apart_descriptors(int fd)
{
	if (fd != 3) {
		if (dup2(fd, 3) < 0)
			return -errno;
	}
	if (fcntl(3, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(3, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	fds_close_from(4);
	return 3;
}
