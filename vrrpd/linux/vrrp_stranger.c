/*
 * vrrp_stranger.c - other daemons on this host that keep virtual routers, and what
 * they leave behind.
 *
 * A keepalived that is killed leaves its addresses, and with use_vmac a device with
 * the virtual MAC, which answers on.  The kernel lets no second device with that MAC
 * be up beside it.  What is left is nobody's as long as no such daemon runs here.
 *
 * Processes are known by their name (/proc/PID/comm); who lies about it only keeps us
 * from removing something.  Whether one lives in our network namespace is told by a
 * file below /proc/PID/net, of which each namespace has its own, with a number of its
 * own: the link /proc/PID/ns/net is not for everybody to read, and that file is.
 * FRR's daemon is called as ours is, and is told apart by its path.
 *
 * FRR's devices are made by an administrator, who may want them back as they are; so
 * only those that keepalived names count as left behind.
 *
 * Called by vrrp_leftover.c.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/nl.h"
#include "vrrpd/linux/vrrp_stranger.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/pure/vrrp_params.h"

#define FRR	"/frr/"		/* in the path of its programs */

static const struct {
	const char	*name, *path;	/* path: a part of it, NULL = any */
} programs[] = {
	{ "keepalived", NULL },
	{ "kube-vip", NULL },
	{ "ucarp", NULL },
	{ "vrrpd", FRR },
};

static ssize_t
read_of(const char *pid, const char *what, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.16s/%s", pid, what);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	n = read(fd, buf, size - 1);
	(void)close(fd);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

static bool
is_one(const char *pid, char *name, size_t size)
{
	char command[256];
	size_t i;

	if (read_of(pid, "comm", name, size) <= 0)
		return false;
	name[strcspn(name, "\n")] = '\0';
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(name, programs[i].name) == 0)
			return programs[i].path == NULL || (read_of(pid,
			    "cmdline", command, sizeof(command)) > 0 &&
			    strstr(command, programs[i].path) != NULL);
	return false;
}

/* The number of a file that each network namespace has one of; 0: not told. */
static ino_t
namespace_of(const char *pid)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%.16s/net/dev", pid);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

bool
vrrp_stranger_find(struct vrrp_stranger *out)
{
	const struct dirent *d;
	ino_t here = namespace_of("self");
	bool found = false;
	DIR *dir;

	memset(out, 0, sizeof(*out));
	dir = opendir("/proc");
	while (dir != NULL && !found && (d = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)d->d_name[0]) || !is_one(d->d_name,
		    out->program, sizeof(out->program)))
			continue;
		out->pid = atoi(d->d_name);
		found = namespace_of(d->d_name) == here;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

static bool
is_on(const struct nl_link *link, const struct nl_link *parent)
{
	return link->parent == parent->ifindex || (parent->is_macvlan &&
	    link->parent == parent->parent);
}

/*
 * A name that is not made up may be that of anybody's device; and one that we have
 * left may have had another name.
 */
static bool
is_ours(const struct nl_link *link, const struct vrrp_params *p,
    const char *name)
{
	if (strcmp(link->name, name) == 0)
		return p->virtual_mac_device[0] == '\0' ||
		    vrrp_vmac_is_marked(link);
	return vrrp_vmac_is_marked(link) && vrrp_vmac_is_orphan(link);
}

const struct nl_link *
vrrp_stranger_device(const struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent)
{
	const struct nl_link *link = NULL;
	char ours[IF_NAMESIZE];
	uint8_t mac[6];

	if (vrrp_vmac_name_of(p, parent->ifindex, ours) < 0)
		return NULL;
	vrrp_params_virtual_mac(p->family, p->vrid, mac);
	while ((link = nl_link_next_known(nl, link)) != NULL)
		if (link->is_macvlan && link->has_mac && link->admin_up &&
		    memcmp(link->mac, mac, sizeof(mac)) == 0 &&
		    is_on(link, parent) && !is_ours(link, p, ours))
			return link;
	return NULL;
}

static bool
is_our_device(const struct nl_link *link)
{
	return link->is_macvlan && (strncmp(link->name, "vr4-", 4) == 0 ||
	    strncmp(link->name, "vr6-", 4) == 0);
}

bool
vrrp_stranger_may_have(const struct nl_link *link,
    const struct nl_link *interface)
{
	return link->ifindex != interface->ifindex &&
	    nl_link_vrf(link) == nl_link_vrf(interface) && !is_our_device(link);
}

bool
vrrp_stranger_is_asked(const struct nl_link *link)
{
	return link->admin_up && link->has_mac && !link->loopback &&
	    !link->no_arp;
}

/* IFA_PROTO, with the number that keepalived has for its routes. */
#define PROTOCOL_KEEPALIVED	18	/* RTPROT_KEEPALIVED */

bool
vrrp_stranger_put(const struct nl_addr *a)
{
	return a->protocol == PROTOCOL_KEEPALIVED;
}

/* "vrrp.51", "vrrp6.51", and with a number after that where a name was taken. */
bool
vrrp_stranger_makes(const char *name)
{
	const char *rest = strncmp(name, "vrrp", 4) == 0 ? name + 4 : "";

	if (*rest == '4' || *rest == '6')
		rest++;
	return *rest == '.' && isdigit((unsigned char)rest[1]);
}
