/*
 * ctl_listener.c - the socket file of a daemon (see ctl_listener.h).
 *
 * Two dangers.  A file left over by a daemon that died must not keep its
 * successor from starting, and one that is in use must not be taken from its
 * daemon: whether somebody answers is found out by connecting.  And nobody may
 * reach the socket before its mode and group are set, hence the umask.
 *
 * Called by ctl_server.c, and by a parent that keeps the socket for its child.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_listener.h"

#define BACKLOG		64

struct ctl_listener {
	int	fd;
	char	path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t	dev;			/* of the socket file we made */
	ino_t	ino;
};

/* Removes the file when it is a socket nobody answers on. */
static int
remove_stale(const struct sockaddr_un *sun)
{
	struct stat st;
	int fd, rv;

	/* connect() to a file that is no socket is refused, too: look first. */
	if (lstat(sun->sun_path, &st) == -1)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EADDRINUSE;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	rv = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	rv = rv == -1 && errno == ECONNREFUSED ? 0 : -EADDRINUSE;
	(void)close(fd);
	if (rv == 0 && unlink(sun->sun_path) == -1 && errno != ENOENT)
		rv = -errno;
	return rv;
}

static int
bind_path(int fd, const struct sockaddr_un *sun)
{
	mode_t mask;
	int rv, error;

	/* Never open to others, not even until the chmod. */
	mask = umask(0117);
	rv = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	error = errno;
	(void)umask(mask);
	return rv == -1 ? -error : 0;
}

static int
open_socket(struct ctl_listener *s, const char *path, gid_t gid)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct stat st;
	int error;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd == -1)
		return -errno;
	error = bind_path(s->fd, &sun);
	if (error == -EADDRINUSE) {
		error = remove_stale(&sun);
		if (error == 0)
			error = bind_path(s->fd, &sun);
	}
	if (error != 0)
		return error;
	memcpy(s->path, path, strlen(path) + 1);
	if (lstat(path, &st) == -1)
		return -errno;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	if (chmod(path, 0660) == -1 ||
	    (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) == -1))
		return -errno;
	return listen(s->fd, BACKLOG) == -1 ? -errno : 0;
}

int
ctl_listener_open(const char *path, gid_t gid, struct ctl_listener **out)
{
	struct ctl_listener *l = calloc(1, sizeof(*l));
	int error;

	if (l == NULL)
		return -ENOMEM;
	l->fd = -1;
	error = open_socket(l, path, gid);
	if (error < 0) {
		ctl_listener_close(l, true);
		return error;
	}
	*out = l;
	return 0;
}

int
ctl_listener_adopt(const char *path, int fd, struct ctl_listener **out)
{
	struct ctl_listener *l = calloc(1, sizeof(*l));
	struct stat st;

	if (l == NULL || strlen(path) >= sizeof(l->path)) {
		free(l);
		(void)close(fd);
		return l == NULL ? -ENOMEM : -ENAMETOOLONG;
	}
	l->fd = fd;
	/* A file that is gone, or another's, is not ours to remove. */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		memcpy(l->path, path, strlen(path) + 1);
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	*out = l;
	return 0;
}

void
ctl_listener_close(struct ctl_listener *l, bool remove)
{
	struct stat st;

	if (l == NULL)
		return;
	if (l->fd != -1)
		(void)close(l->fd);
	/* Only the file we made: a successor may have put its own there. */
	if (remove && l->path[0] != '\0' && lstat(l->path, &st) == 0 &&
	    st.st_dev == l->dev && st.st_ino == l->ino)
		(void)unlink(l->path);
	free(l);
}

int
ctl_listener_fd(const struct ctl_listener *l)
{
	return l->fd;
}
