/*
 * fds.h - the descriptors of a process, for a child that must not inherit them.
 */
#ifndef SHARED_FDS_H
#define SHARED_FDS_H

/*
 * Closes every descriptor from `first` on.  Cannot fail.  May be called between
 * fork() and exec().
 */
void	fds_close_from(int first);

/*
 * The same socket under a high number, and close-on-exec.  The kernel lets go of
 * what a killed process had open from the highest number down, so that the other end
 * of this one sees the end before a packet socket below it is waited for: that takes
 * a grace period, which is some milliseconds.  Returns the new descriptor and has
 * closed fd; or fd, where there is no room up there.
 */
int	fds_let_go_first(int fd);

#endif
