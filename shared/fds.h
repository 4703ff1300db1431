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

#endif
