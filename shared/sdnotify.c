/*
 * sdnotify.c - the twenty lines of sd_notify(3) the daemons need.
 *
 * The protocol is stable and documented: a datagram of VARIABLE=VALUE lines to
 * the AF_UNIX socket named by $NOTIFY_SOCKET; a leading '@' means an abstract
 * name.  The datagram is sent without waiting: a service manager that does not
 * read must not hold up a failover.
 */
#include "config.h"

#include "shared/sdnotify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
sdnotify(const char *state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len;
	int fd, error = 0;

	if (path == NULL || path[0] == '\0')
		return 0;
	len = strlen(path);
	if ((path[0] != '/' && path[0] != '@') || len >= sizeof(sun.sun_path))
		return -EINVAL;
	memcpy(sun.sun_path, path, len);
	if (path[0] == '@')
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	/* The length counts no terminator: abstract names are exact. */
	if (sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == -1)
		error = -errno;
	(void)close(fd);
	return error;
}
