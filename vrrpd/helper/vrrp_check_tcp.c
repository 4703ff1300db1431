/*
 * vrrp_check_tcp.c - a tracker of kind tcp: does the port take connections?
 *
 * A round is one connect() that does not block, in the VRF that is named.  A connection that came about
 * is reset, not closed: nothing was said on it, and the hundred a second of a
 * fast check would each leave a port in TIME_WAIT for a minute.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_check_kinds.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct check_tcp {
	struct vrrp_checked	*t;
	struct loop		*loop;
	struct sockaddr_storage	 to, from;
	socklen_t		 to_len, from_len;	/* from_len 0: any */
	const char		*vrf;			/* "": none */
	int			 fd;			/* -1: no round */
	struct event		*event;
};

static void
hang_up(struct check_tcp *c)
{
	struct linger reset = { .l_onoff = 1 };

	if (c->event != NULL)
		event_free(c->event);
	c->event = NULL;
	if (c->fd != -1) {
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset,
		    sizeof(reset));
		(void)close(c->fd);
	}
	c->fd = -1;
}

/* error: an errno, or 0. */
static void
round_ends(struct check_tcp *c, int error)
{
	hang_up(c);
	vrrp_checked_round(c->t, error == 0,
	    error == 0 ? NULL : strerror(error));
}

static void
on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct check_tcp *c = arg;
	int error = 0;
	socklen_t len = sizeof(error);

	(void)what;
	loop_batch_begin(c->loop);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	round_ends(c, error);
}

static int
dial(struct check_tcp *c)
{
	c->fd = socket(c->to.ss_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (c->fd == -1)
		return errno;
	if (c->vrf[0] != '\0' && setsockopt(c->fd, SOL_SOCKET,
	    SO_BINDTODEVICE, c->vrf, (socklen_t)strlen(c->vrf) + 1) == -1)
		return errno;
	if (c->from_len != 0 && bind(c->fd, (struct sockaddr *)&c->from,
	    c->from_len) == -1)
		return errno;
	if (connect(c->fd, (struct sockaddr *)&c->to, c->to_len) == -1)
		return errno;
	return 0;
}

static void
tcp_start(void *state)
{
	struct check_tcp *c = state;
	int error = dial(c);

	if (error != EINPROGRESS) {
		round_ends(c, error);
		return;
	}
	c->event = event_new(loop_base(c->loop), c->fd, EV_WRITE,
	    on_connected, c);
	if (c->event == NULL || event_add(c->event, NULL) == -1)
		round_ends(c, ENOMEM);
}

static void
tcp_cancel(void *state)
{
	hang_up(state);
}

static void
tcp_close(void *state)
{
	hang_up(state);
	free(state);
}

static void *
tcp_open(struct vrrp_checked *t, const struct vrrp_tracker_params *p)
{
	struct check_tcp *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->t = t;
	c->loop = vrrp_checked_loop(t);
	c->fd = -1;
	c->to_len = addr_to_sockaddr(&p->address, p->port, 0, &c->to);
	c->vrf = p->vrf;
	c->from_len = addr_to_sockaddr(&p->source, 0, 0, &c->from);
	return c;
}

const struct vrrp_checks_kind vrrp_check_tcp = {
	.kind = VRRP_TRACK_TCP,
	.open = tcp_open,
	.close = tcp_close,
	.start = tcp_start,
	.cancel = tcp_cancel,
};
