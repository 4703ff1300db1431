/*
 * vrrp_whose.c - whose a process is, and of which program.
 *
 * Asked by vrrp_procs.c, which holds a pidfd of the process while this reads, so
 * that all of it is of one process.
 *
 * /proc/PID/status is for everybody and has the real user.  /proc/PID/exe is
 * for those who might trace the process: of the same user, and only while it is
 * dumpable, which a daemon that has changed its user is not.  A path that the link
 * shows is no proof, since a mount namespace of one's own puts any path in front of
 * any file; the file behind it is.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_whose.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROC_PATH	64

/* As much as there is room for; the number of bytes, or -1. */
static ssize_t
read_of(const char *text, const char *what, char *buf, size_t size)
{
	char path[PROC_PATH];
	size_t have = 0;
	ssize_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/%s", text, what);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	while (have < size - 1 &&
	    (n = read(fd, buf + have, size - 1 - have)) > 0)
		have += (size_t)n;
	(void)close(fd);
	buf[have] = '\0';
	return n < 0 ? -1 : (ssize_t)have;
}

static bool
real_user(const char *text, uid_t *uid)
{
	char buf[4096], *line, *end;
	unsigned long n;

	if (read_of(text, "status", buf, sizeof(buf)) < 0 ||
	    (line = strstr(buf, "\nUid:\t")) == NULL)
		return false;
	errno = 0;
	n = strtoul(line + 6, &end, 10);
	if (errno != 0 || end == line + 6)
		return false;
	*uid = (uid_t)n;
	return true;
}

static bool
runs_file(const char *text, const char *exe)
{
	char path[PROC_PATH];
	struct stat runs, wanted;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/exe", text);
	return stat(path, &runs) == 0 && stat(exe, &wanted) == 0 &&
	    runs.st_dev == wanted.st_dev && runs.st_ino == wanted.st_ino;
}

static bool
ends_word(char c)
{
	return c == '\0' || c == ' ';
}

/* Words end at NUL, or at blanks where a process has given itself a title. */
static bool
says(const char *line, size_t len, const char *exe)
{
	const char *base = strrchr(exe, '/') + 1;
	size_t n = strlen(exe), i;

	if (strchr(line, '/') == NULL && strcmp(line, base) == 0)
		return true;
	for (i = 0; i + n <= len; i++)
		if ((i == 0 || ends_word(line[i - 1])) &&
		    memcmp(line + i, exe, n) == 0 && ends_word(line[i + n]))
			return true;
	return false;
}

bool
vrrp_whose_fits(const struct vrrp_whose *w, const char *text)
{
	char line[4096];
	ssize_t len;
	uid_t uid;

	if (!w->by_user && w->exe[0] == '\0')
		return true;
	if (!real_user(text, &uid) || (w->by_user && uid != w->uid))
		return false;
	if (w->exe[0] == '\0' || runs_file(text, w->exe))
		return true;
	if (!w->by_user && uid != 0)
		return false;
	len = read_of(text, "cmdline", line, sizeof(line));
	return len > 0 && says(line, (size_t)len, w->exe);
}
