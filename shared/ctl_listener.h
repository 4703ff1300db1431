/*
 * ctl_listener.h - the socket file of a daemon: bound, listening, not served.
 *
 * Apart from the server because it outlives one: a parent keeps it for its
 * child, and clients that connect while no server is open on it wait until the
 * next one is.
 */
#ifndef SHARED_CTL_LISTENER_H
#define SHARED_CTL_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

struct ctl_listener;

/*
 * Bind and listen, before the change of user.  A socket file nobody answers on
 * is removed; a live daemon behind it, or a file that is no socket, is
 * -EADDRINUSE; -ENAMETOOLONG, or what the system says.  Mode 0660, group `gid`
 * ((gid_t)-1: as created; said in the log where it stays so because only CAP_CHOWN
 * could give it).  -EPERM: what stands at path is not what was bound;
 * nothing was changed of it.  *out is the caller's.
 */
int	ctl_listener_open(const char *path, gid_t gid,
	    struct ctl_listener **out);
/*
 * The listener that another process has opened at path, inherited as fd; takes fd,
 * also on failure.  0 or negative errno.
 */
int	ctl_listener_adopt(const char *path, int fd, struct ctl_listener **out);
/* remove: also the file, where it still is ours and may be.  NULL is fine. */
void	ctl_listener_close(struct ctl_listener *, bool remove);
/* The listening socket, non-blocking; the listener's. */
int	ctl_listener_fd(const struct ctl_listener *);

#endif
