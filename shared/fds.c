/*
 * fds.c - the descriptors of a process (see fds.h).
 *
 * Everything the daemons open is close-on-exec.  A child that goes on without
 * exec (a helper process), and one that runs a program of somebody else, want to
 * be sure of it whatever a library has opened.
 *
 * close_range() is called by its number because the C library got it later than
 * the kernel (glibc 2.34, Linux 5.9).  On an older kernel the descriptors are
 * closed one after the other, as far as the limit lets there be any.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <unistd.h>

#include "shared/fds.h"

#define FDS_FIRST	512		/* below any usual limit */
#define FDS_MAX		65536		/* looked at where nothing limits them */

static int
close_range_from(int first)
{
#ifdef SYS_close_range
	return (int)syscall(SYS_close_range, (unsigned)first, ~0U, 0U);
#else
	(void)first;
	return -1;
#endif
}

void
fds_close_from(int first)
{
	struct rlimit limit;
	int fd, top = FDS_MAX;

	if (close_range_from(first) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FDS_MAX)
		top = (int)limit.rlim_cur;
	for (fd = first; fd < top; fd++)
		(void)close(fd);
}

int
fds_let_go_first(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, FDS_FIRST);

	if (high == -1)
		return fd;
	(void)close(fd);
	return high;
}
