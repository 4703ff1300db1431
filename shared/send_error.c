/*
 * send_error.c - what became of a datagram, on a socket that sends to many.
 *
 * Called by whoever sends adverts or BFD packets by way of the kernel's routes:
 * vrrp_io.c and bfd_io.c.  No memory, no clock, and never a wait.
 */
#include "config.h"

#include "shared/send_error.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define EARLIER_MAX	64

void
send_error_ask(int fd, uint8_t family)
{
	bool v6 = family == AF_INET6;
	int one = 1;

	(void)setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ?
	    IPV6_RECVERR : IP_RECVERR, &one, sizeof(one));
}

bool
send_error_is_of_another(int fd, int error)
{
	char rest[64];
	unsigned n;

	if (error != EHOSTUNREACH && error != ENETUNREACH &&
	    error != ECONNREFUSED && error != EPROTO && error != EOPNOTSUPP &&
	    error != EACCES && error != EMSGSIZE)
		return false;
	for (n = 0; n < EARLIER_MAX; n++)
		if (recv(fd, rest, sizeof(rest), MSG_ERRQUEUE | MSG_DONTWAIT) ==
		    -1)
			break;
	return true;
}
