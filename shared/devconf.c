/*
 * devconf.c - the settings of one network device in /proc/sys (see devconf.h).
 *
 * A device's name is part of a path here, so a name or key that could lead out
 * of the folder is refused.
 *
 * In many containers /proc/sys is there to be read only, although the network is the
 * container's own.  The IPv4 settings can be changed by rtnetlink as well
 * (IFLA_INET_CONF), which knows them by number; of the IPv6 ones it only tells.  The
 * files come first, since a few settings do more than change a number when they are
 * written, and since rtnetlink may wait for the kernel's lock on network
 * configuration.
 */
#include "config.h"

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
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

/* --- where the files cannot be written --- */

static const struct {
	const char	*key;
	uint16_t	 number;
} numbers[] = {
	{ "forwarding", IPV4_DEVCONF_FORWARDING },
	{ "proxy_arp", IPV4_DEVCONF_PROXY_ARP },
	{ "proxy_arp_pvlan", IPV4_DEVCONF_PROXY_ARP_PVLAN },
	{ "medium_id", IPV4_DEVCONF_MEDIUM_ID },
	{ "rp_filter", IPV4_DEVCONF_RP_FILTER },
	{ "tag", IPV4_DEVCONF_TAG },
	{ "arp_filter", IPV4_DEVCONF_ARPFILTER },
	{ "arp_announce", IPV4_DEVCONF_ARP_ANNOUNCE },
	{ "arp_ignore", IPV4_DEVCONF_ARP_IGNORE },
	{ "promote_secondaries", IPV4_DEVCONF_PROMOTE_SECONDARIES },
};

/* A link, its settings of one family, of that the IPv4 ones, of those one. */
struct request {
	struct nlmsghdr		head;
	struct ifinfomsg	link;
	struct nlattr		families, family, settings, setting;
	uint32_t		value;
};

static uint16_t
number_of(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(key, numbers[i].key) == 0)
			return numbers[i].number;
	return 0;
}

static int
ask(int fd, const struct request *r)
{
	struct {
		struct nlmsghdr	head;
		struct nlmsgerr	error;
		uint8_t		rest[256];
	} answer;
	ssize_t n;

	if (send(fd, r, sizeof(*r), 0) == -1)
		return -errno;
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n == -1)
		return -errno;
	return (size_t)n < NLMSG_LENGTH(sizeof(answer.error)) ||
	    answer.head.nlmsg_type != NLMSG_ERROR ? -EBADMSG :
	    answer.error.error;
}

static int
set_by_rtnetlink(const char *dev, const char *key, int value)
{
	const uint16_t head = sizeof(struct nlattr), whole =
	    sizeof(uint32_t) + sizeof(struct nlattr);
	struct request r = {
		.head = { .nlmsg_len = sizeof(r), .nlmsg_type = RTM_SETLINK,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = (int)if_nametoindex(dev) },
		.families = { whole + 3 * head, IFLA_AF_SPEC | NLA_F_NESTED },
		.family = { whole + 2 * head, AF_INET | NLA_F_NESTED },
		.settings = { whole + head, IFLA_INET_CONF | NLA_F_NESTED },
		.setting = { whole, number_of(key) },
		.value = (uint32_t)value,
	};
	int fd, error;

	if (r.link.ifi_index == 0 || r.setting.nla_type == 0)
		return -EOPNOTSUPP;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd == -1)
		return -errno;
	error = ask(fd, &r);
	(void)close(fd);
	return error;
}

static int
set_by_file(uint8_t family, const char *dev, const char *key, int value)
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

int
devconf_set(uint8_t family, const char *dev, const char *key, int value)
{
	int error = set_by_file(family, dev, key, value);

	if (family == AF_INET && (error == -EROFS || error == -EACCES ||
	    error == -EPERM) && set_by_rtnetlink(dev, key, value) == 0)
		return 0;
	return error;
}
