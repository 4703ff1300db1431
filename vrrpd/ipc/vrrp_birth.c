/*
 * vrrp_birth.c - the engine's ties to the monitor that forked it.
 *
 * Used on both sides of the fork: the monitor holds its signals around the fork,
 * the engine lets them through once it has handlers, and ties its life to the
 * monitor's.  Nothing is kept here, and neither of the two is known.
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_birth.h"

#include <sys/prctl.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

const int vrrp_birth_signals[VRRP_BIRTH_SIGNAL_COUNT] = {
	SIGTERM, SIGINT, SIGHUP
};

void
vrrp_birth_hold_signals(bool hold)
{
	sigset_t set;
	size_t i;

	(void)sigemptyset(&set);
	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT; i++)
		(void)sigaddset(&set, vrrp_birth_signals[i]);
	(void)sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

int
vrrp_birth_tie(const struct vrrp_birth *b)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == -1)
		return -errno;
	/* The monitor may have died before. */
	return getppid() == b->monitor ? 0 : -ESRCH;
}
