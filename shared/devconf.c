/*
 * devconf.c - the settings of one network device in /proc/sys (see devconf.h).
 *
 * A device's name is part of a path here, so a name or key that could lead out
 * of the folder is refused.  rtnetlink tells some of these settings and can
 * change none of them, hence the files.
 */
#include "config.h"

#include <net/if.h>
#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/devconf.h"

static int
devconf_open(uint8_t family, const char *dev, const char *key, int flags)
{
	char path[160];
	int fd, n;

	if (dev[0] == '\0' || strlen(dev) >= IF_NAMESIZE ||
	    strcmp(dev, ".") == 0 || strcmp(dev, "..") == 0 ||
	    strchr(dev, '/') != NULL || strchr(key, '/') != NULL)
		return -EINVAL;
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	n = snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
	    family == AF_INET ? "ipv4" : "ipv6", dev, key);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd == -1 ? -errno : fd;
}

int
devconf_get(uint8_t family, const char *dev, const char *key, int *value)
{
	char text[32], *end;
	ssize_t n;
	long v;
	int fd;

	fd = devconf_open(family, dev, key, O_RDONLY);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	if (n == -1)
		n = -errno;
	(void)close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	v = strtol(text, &end, 10);
	if (end == text)
		return -EBADMSG;
	*value = (int)v;
	return 0;
}

int
devconf_set(uint8_t family, const char *dev, const char *key, int value)
{
	char text[32];
	int fd, n, error = 0;

	fd = devconf_open(family, dev, key, O_WRONLY);
	if (fd < 0)
		return fd;
	n = snprintf(text, sizeof(text), "%d\n", value);
	if (write(fd, text, (size_t)n) == -1)
		error = -errno;
	(void)close(fd);
	return error;
}
