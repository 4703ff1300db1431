/*
 * nonlocal_bind.c - may programs bind addresses that are not on this host?
 *
 * A service that binds a virtual address by name cannot start where the address
 * is not, and a router that waits for the service never gets it.  The kernel's
 * setting breaks the circle.
 *
 * Nothing here puts the setting back.  What was bound under it goes on, but the
 * service could not be started again while vrrpd is down for an upgrade, or
 * before it at the next boot, and a daemon that was killed would have forgotten
 * what was there before; two of them in one network namespace would take it away
 * from each other.  The setting stays as sysctl.d(5) would have left it.
 */
#include "config.h"

#include "shared/nonlocal_bind.h"

#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static const char *
setting(uint8_t family)
{
	switch (family) {
	case AF_INET:
		return "/proc/sys/net/ipv4/ip_nonlocal_bind";
	case AF_INET6:
		return "/proc/sys/net/ipv6/ip_nonlocal_bind";
	default:
		return NULL;
	}
}

int
nonlocal_bind_get(uint8_t family, bool *on)
{
	const char *path = setting(family);
	char digit;
	ssize_t n;
	int fd;

	if (path == NULL)
		return -EAFNOSUPPORT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, &digit, 1);
	if (n < 0)
		n = -errno;
	(void)close(fd);
	if (n < 1)
		return n < 0 ? (int)n : -EBADMSG;
	*on = digit != '0';
	return 0;
}

int
nonlocal_bind_allow(uint8_t family)
{
	bool on = false;
	int fd, error = nonlocal_bind_get(family, &on);

	if (error < 0 || on)
		return error;
	fd = open(setting(family), O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = write(fd, "1\n", 2) == 2 ? 1 : -errno;
	(void)close(fd);
	return error;
}
