/*
 * ctl_listener.c - the socket file of a daemon (see ctl_listener.h).
 *
 * Two dangers.  A file left over by a daemon that died must not keep its
 * successor from starting, and one that is in use must not be taken from its
 * daemon: whether somebody answers is found out by connecting.  And nobody may
 * reach the socket before its group is set, hence the umask, which is all that
 * says the mode.
 *
 * The folder may be one that anybody writes in, and root opens the socket: the
 * file that bind() made may be something else by the time that its group is
 * given.  So the path is opened once, following nothing, and the group is given
 * to what was opened, if that is a socket that is ours and has no other name.
 *
 * Called by ctl_server.c, and by a parent that keeps the socket for its child.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_listener.h"
#include "shared/log.h"

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

	/* 0660 from the beginning. */
	mask = umask(0117);
	rv = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	error = errno;
	(void)umask(mask);
	return rv == -1 ? -error : 0;
}

/*
 * Root of a container may be one that cannot give files away (CAP_CHOWN): then the
 * socket stays with the group that it was made with, which leaves it to fewer.
 */
static int
give_group(int fd, const struct stat *st, const char *path, gid_t gid)
{
	if (gid == (gid_t)-1 || st->st_gid == gid ||
	    fchownat(fd, "", (uid_t)-1, gid, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != EPERM)
		return -errno;
	log_warning("socket=%s cannot be given to group %u without CAP_CHOWN: "
	    "it is for root and group %u", path, (unsigned)gid,
	    (unsigned)st->st_gid);
	return 0;
}

/*
 * The file that was bound, and nothing that was put in its place: a link would
 * lead elsewhere, and a second name makes it somebody else's socket.
 */
static int
take_file(struct ctl_listener *s, const char *path, gid_t gid)
{
	struct stat st;
	int fd, error = 0;

	fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (fstat(fd, &st) == -1)
		error = -errno;
	else if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_nlink != 1)
		error = -EPERM;
	else
		error = give_group(fd, &st, path, gid);
	(void)close(fd);
	if (error < 0)
		return error;
	memcpy(s->path, path, strlen(path) + 1);
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return 0;
}

static int
open_socket(struct ctl_listener *s, const char *path, gid_t gid)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
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
	if (error == 0)
		error = take_file(s, path, gid);
	if (error < 0)
		return error;
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
