/*
 * nl_sock.c - opening rtnetlink sockets (see nl_sock.h).
 *
 * libnl opens and binds; nl.c and nl_batch.c send and receive with plain system
 * calls on the descriptor.
 */
#include "config.h"

#include <linux/netlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <errno.h>

#include "shared/nl_sock.h"

static void
set_buffer(int fd, int forced, int plain, int bytes)
{
	/* Beyond net.core.[rw]mem_max needs CAP_NET_ADMIN; take what we get. */
	if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

int
nl_sock_open(struct nl_sock **out)
{
	struct nl_sock *s;
	int error, on = 1;

	s = nl_socket_alloc();
	if (s == NULL)
		return -ENOMEM;
	errno = 0;
	if (nl_connect(s, NETLINK_ROUTE) < 0) {
		error = errno != 0 ? -errno : -EPROTONOSUPPORT;
		nl_socket_free(s);
		return error;
	}
	/* Refusals without a copy of the refused message. */
	(void)setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_CAP_ACK, &on,
	    sizeof(on));
	*out = s;
	return 0;
}

void
nl_sock_buffers(struct nl_sock *s, int rcv_bytes, int snd_bytes)
{
	int fd = nl_socket_get_fd(s);

	if (rcv_bytes > 0)
		set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, rcv_bytes);
	if (snd_bytes > 0)
		set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, snd_bytes);
}
