/*
 * nl_sock.h - opening rtnetlink sockets, for nl.c and nl_batch.c.
 */
#ifndef SHARED_NL_SOCK_H
#define SHARED_NL_SOCK_H

struct nl_sock;				/* of libnl */

/*
 * A connected NETLINK_ROUTE socket whose refusals come without a copy of the
 * refused message.  0, and *out is the caller's (nl_socket_free()); or negative
 * errno.
 */
int	nl_sock_open(struct nl_sock **out);
/* The sizes of its buffers, as far as they are granted; 0: leave it as it is. */
void	nl_sock_buffers(struct nl_sock *, int rcv_bytes, int snd_bytes);

#endif
