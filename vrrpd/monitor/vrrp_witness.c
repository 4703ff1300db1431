/*
 * vrrp_witness.c - looks at a silent engine from outside, through /proc.
 *
 * Called by the monitor while nothing is heard of the engine, twenty times a
 * second at most.  stat, schedstat and wchan take no lock that a process can
 * hold while it waits for anything, so that looking at one that is stuck in the
 * kernel does not get the monitor stuck as well (cmdline or maps would).
 *
 * The engine is not dumpable and has capabilities: where it waits in the kernel
 * is told to root only, which the monitor is not.  So wchan is a word for the
 * log where there is one, and decides nothing.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_witness.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/pure/mono.h"

static bool
read_text(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	n = read(fd, buf, size - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	return true;
}

void
vrrp_witness_look(pid_t pid, struct vrrp_vital *out)
{
	char stat[1024], schedstat[128];
	long hz = sysconf(_SC_CLK_TCK);

	memset(out, 0, sizeof(*out));
	if (!read_text(pid, "stat", stat, sizeof(stat)))
		return;
	(void)vrrp_vital_parse(stat, read_text(pid, "schedstat", schedstat,
	    sizeof(schedstat)) ? schedstat : NULL, NS_PER_S / (hz > 0 ? hz :
	    100), out);
}

void
vrrp_witness_where(pid_t pid, char *buf, size_t size)
{
	if (!read_text(pid, "wchan", buf, size) || strcmp(buf, "0") == 0)
		buf[0] = '\0';
}
