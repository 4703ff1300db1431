/*
 * vrrp_vmac.c - the device with the virtual MAC.
 *
 * The device is a macvlan on the instance's interface whose MAC is the virtual
 * MAC.  It exists and is up from start to exit, because taking a device down or
 * changing its MAC waits for an RCU grace period (12 ms with the rtnl lock
 * held).  What changes between Backup and Active is its macvlan *mode*:
 *
 *   Backup  deaf: "source" mode with an empty list of sources.  The device
 *           receives nothing, neither unicast to its MAC nor broadcast nor
 *           multicast, so a Backup can neither answer nor forward what a switch
 *           floods (V-100, V-101), and it has no address.
 *           Mute: its queue has no room.  Whatever the kernel wants to say, be
 *           it an MLD report for a group it leaves or joins, a solicitation or
 *           an ARP probe, never gets out with the virtual MAC as its source, or
 *           switches would send the Active's frames here.
 *   Active  "bridge" mode: receives frames to the virtual MAC and broadcasts;
 *           and the queue has room.
 *
 * Either change takes tens of microseconds, and is part of the batches of
 * vrrp_vip.c.
 *
 * The settings of the device are one table (vrrp_settings.c).
 *
 * The other addresses of an instance (vrrp_params.h) may be of the other family, and
 * live on the same device: hosts reach them by the virtual MAC of the instance,
 * whose VRID in the other family remains free for another virtual router.  Such a
 * device has the settings of both.
 *
 * IPv4 settings: IPv6 is disabled; arp_ignore 1, so that it answers ARP for the
 * virtual addresses only; rp_filter 2 (loose), since the way back to a client of
 * the subnet leads through the parent; forwarding as on the parent, or an Active
 * would not route what hosts send to the virtual MAC (V-102).
 *
 * IPv6 settings: no link-local of the kernel's making, which would be the same
 * on every router (V-24, V-25); nothing learned from Router Advertisements and
 * none solicited; no DAD (V-92); forwarding 1, because the Router flag of its
 * Neighbor Advertisements follows it (V-88) - whether packets are forwarded is
 * for net.ipv6.conf.all.forwarding to say; arp_ignore 8, so that it answers ARP
 * for none of the host's IPv4 addresses, which are all the same to the kernel.
 *
 * Router Advertisements (V-90) are not sent here.  A sender that is bound to
 * the device, with the virtual link-local address as its source, speaks as the
 * virtual router while Active and is mute as a Backup (V-106).
 *
 * Making one asks the kernel half a dozen things, each of which waits for its lock
 * on network configuration.  So while the engine runs vrrpd-net does it
 * (netd/vrrp_netd.c), and the engine itself only before its loop turns, and where
 * there is no vrrpd-net.
 *
 * On an interface that is a macvlan itself the kernel makes the device beside it,
 * on the interface under both.  A frame that comes from outside with the MAC of
 * such a device is given to that device alone, or to nobody; so adverts are sent
 * with the interface's own MAC there (vrrp_vip_mac()), as without a virtual MAC, and
 * everything else is as on any other interface.
 *
 * A device left by a crashed run carries the name, MAC and parent that ours
 * would have, and is adopted; one that no instance wants any more is removed
 * when its `tag`, a number the kernel keeps for each device and has no use for,
 * says that the process that made it is gone.  A device of that name that is
 * something else is not touched; the instance then waits and says so.
 *
 * The name may be the user's (virtual_mac_device).  A device that somebody renames
 * while it is up keeps that name until it is made anew.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/devconf.h"
#include "shared/log.h"
#include "shared/nl.h"
#include "vrrpd/linux/vrrp_vip_state.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_settings.h"

int
vrrp_vmac_name(uint8_t family, uint8_t vrid, int parent,
    char name[IF_NAMESIZE])
{
	char buf[48];
	int n;

	n = snprintf(buf, sizeof(buf), "vr%c-%u-%d",
	    family == AF_INET6 ? '6' : '4', vrid, parent);
	if (n >= IF_NAMESIZE)
		return -ENAMETOOLONG;
	memcpy(name, buf, n + 1);
	return 0;
}

int
vrrp_vmac_name_of(const struct vrrp_params *p, int parent,
    char name[IF_NAMESIZE])
{
	if (p->virtual_mac_device[0] == '\0')
		return vrrp_vmac_name(p->family, p->vrid, parent, name);
	memcpy(name, p->virtual_mac_device, IF_NAMESIZE);
	return 0;
}

/* A value as it is, where it cannot be told: 0, which most of them are. */
static int
value_of(const struct vrrp_setting *s, const char *device)
{
	int value = 0;

	(void)devconf_get(s->family, device, s->key, &value);
	return value;
}

/*
 * A value that is right already is not written: in a container /proc/sys may be there to
 * be read only.  The kernel may be built without IPv6: then there is nothing to
 * silence.
 */
static int
apply_setting(const struct vrrp_setting *s, int value, const char *device)
{
	int own = 0, error;

	error = devconf_get(s->family, device, s->key, &own);
	if (error == -ENOENT && s->family == AF_INET6)
		return 0;
	if (error == 0 && own == value)
		return 0;
	error = devconf_set(s->family, device, s->key, value);
	if (error == 0 || !s->required ||
	    vrrp_setting_works(s, value_of(s, "all"), own))
		return 0;
	return error;
}

static int
configure_device(const struct vrrp_device_wish *w, const char *device,
    char *reason, size_t size)
{
	const struct vrrp_setting *s;
	size_t i, n;
	int error, value;

	s = vrrp_settings(w->family, w->both, &n);
	for (i = 0; i < n; i++) {
		value = s[i].value == VRRP_SETTING_AS_PARENT ?
		    value_of(&s[i], w->parent_name) : s[i].value;
		error = apply_setting(&s[i], value, device);
		if (error == 0)
			continue;
		(void)snprintf(reason, size, "cannot set %s of device %s to %d: "
		    "%s; virtual_mac = no needs no device", s[i].key, device,
		    value, strerror(-error));
		return error;
	}
	return 0;
}

/* A tag holds a mark, the process, and the two values. */
#define TAG_MARK	(1U << 30)
#define TAG_MARKS	(3U << 30)
#define TAG_PID(tag)	(((tag) & ~TAG_MARKS) >> 8)
#define TAG_VALUE(tag, i) (((tag) >> (4 * (i))) & 0xf)
#define ALIAS_MARK	"vrrpd "
#define TAG_VALUES	((1U << (4 * VRRP_VMAC_TAG_VALUES)) - 1)

/* The beginning of a small file of the kernel's; "" where it cannot be read. */
static void
read_start(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? 0 : read(fd, buf, size - 1);

	if (fd != -1)
		(void)close(fd);
	buf[n > 0 ? n : 0] = '\0';
}

/*
 * Where and when the number of a process means something: its pid namespace, and
 * the boot, which the alias of the device names ("vrrpd pid:[4026531836] 1a2b3c4d").
 * Two containers on one network of the host have a namespace each, and a machine
 * that is put back from an image may have devices of another boot.  "" where it
 * cannot be told.
 */
static void
write_alias(char alias[NL_LINK_ALIAS_MAX])
{
	char where[NL_LINK_ALIAS_MAX - 20], boot[9];
	ssize_t n = readlink("/proc/self/ns/pid", where, sizeof(where) - 1);

	alias[0] = '\0';
	if (n <= 0)
		return;
	where[n] = '\0';
	read_start("/proc/sys/kernel/random/boot_id", boot, sizeof(boot));
	(void)snprintf(alias, NL_LINK_ALIAS_MAX, "%s%s%s%s", ALIAS_MARK, where,
	    boot[0] == '\0' ? "" : " ", boot);
}

enum maker {
	MAKER_HERE,		/* the number is to be looked up */
	MAKER_ELSEWHERE,	/* in another pid namespace: may be alive */
	MAKER_OF_ANOTHER_BOOT,	/* dead */
};

/* A maker that no alias names is here. */
static enum maker
maker_of(const struct nl_link *link)
{
	char mine[NL_LINK_ALIAS_MAX];
	const char *own = mine + strlen(ALIAS_MARK);
	const char *its = link->alias + strlen(ALIAS_MARK);
	size_t len;

	write_alias(mine);
	if (mine[0] == '\0' || strncmp(link->alias, ALIAS_MARK,
	    strlen(ALIAS_MARK)) != 0)
		return MAKER_HERE;
	len = strcspn(its, " ");
	if (its[len] != '\0' && own[strcspn(own, " ")] != '\0' &&
	    strcmp(its + len, own + strcspn(own, " ")) != 0)
		return MAKER_OF_ANOTHER_BOOT;
	return len == strcspn(own, " ") && memcmp(its, own, len) == 0 ?
	    MAKER_HERE : MAKER_ELSEWHERE;
}

/*
 * Into the VRF that the interface is in, or out of the one that it was in.  The
 * kernel takes the device down and up for it, and its IPv6 addresses away; so a new
 * device comes here before it is up.
 */
static int
follow_vrf(struct nl *nl, const struct vrrp_device_wish *w,
    struct vrrp_device_made *m)
{
	struct nl_link parent, own;
	int error, vrf;

	error = nl_link_get(nl, w->parent_name, &parent);
	if (error == 0)
		error = nl_link_get(nl, m->name, &own);
	vrf = error == 0 ? nl_link_vrf(&parent) : 0;
	if (error == 0 && nl_link_vrf(&own) != vrf)
		error = nl_link_set_master(nl, m->ifindex, vrf);
	if (error < 0)
		(void)snprintf(m->reason, sizeof(m->reason),
		    "cannot put device %s into the VRF of %s: %s", m->name,
		    w->parent_name, strerror(-error));
	return error;
}

/* A macvlan on a macvlan is made on the interface under that, by the kernel. */
static int
lower_of(struct nl *nl, const struct vrrp_device_wish *w)
{
	struct nl_link link;

	return nl_link_get(nl, w->parent_name, &link) == 0 &&
	    link.is_macvlan ? link.parent : w->parent;
}

bool
vrrp_vmac_is_marked(const struct nl_link *link)
{
	return strncmp(link->alias, ALIAS_MARK, strlen(ALIAS_MARK)) == 0;
}

/*
 * A device with a number that is no tag of ours is somebody else's; without any
 * number it is of a run that was killed before writing one, if it has a name that
 * only we give.
 */
static int
adopt(struct nl *nl, const struct vrrp_device_wish *w, const uint8_t *mac,
    struct vrrp_device_made *m)
{
	struct nl_link link;
	int error, tag = 0;

	error = nl_link_get(nl, m->name, &link);
	if (error == 0)
		(void)devconf_get(AF_INET, m->name, "tag", &tag);
	if (error == 0 && (!link.is_macvlan || link.parent != lower_of(nl, w) ||
	    !link.has_mac || memcmp(link.mac, mac, sizeof(link.mac)) != 0 ||
	    (tag == 0 && w->name[0] != '\0' && !vrrp_vmac_is_marked(&link)) ||
	    (tag != 0 && ((unsigned)tag & TAG_MARKS) != TAG_MARK)))
		error = -EEXIST;
	if (error < 0) {
		(void)snprintf(m->reason, sizeof(m->reason),
		    "device %s exists and is not ours", m->name);
		return error;
	}
	m->ifindex = link.ifindex;
	m->adopted = true;
	/* The values before ours are known from the device alone. */
	m->tag = tag == 0 ? w->tag : (int)(((unsigned)w->tag & ~TAG_VALUES) |
	    ((unsigned)tag & TAG_VALUES));
	return 0;
}

/* The word to write instead, on an interface that bears no macvlan. */
static const char *
way_out(int error)
{
	switch (error) {
	case -EBUSY:
		return "; it is a port of a bridge or bond, whose name is to be "
		    "written instead, or write virtual_mac = no";
	case -EINVAL:
	case -EOPNOTSUPP:
		return "; write virtual_mac = no";
	default:
		return "";
	}
}

/*
 * The name belongs to a device of another virtual router of ours, which will have
 * another one, or is to go: until then it has the name that is made up.
 */
static bool
step_aside(struct nl *nl, const struct vrrp_device_wish *w, const char *name)
{
	char made_up[IF_NAMESIZE];
	struct nl_link link;
	int tag = vrrp_vmac_tag_of(name);

	return tag != 0 && TAG_PID(tag) == TAG_PID(w->tag) &&
	    nl_link_get(nl, name, &link) == 0 && link.is_macvlan &&
	    link.has_mac && link.ifindex != w->device &&
	    vrrp_vmac_name(link.mac[4] == 2 ? AF_INET6 : AF_INET, link.mac[5],
	    link.parent, made_up) == 0 && strcmp(made_up, name) != 0 &&
	    nl_link_rename(nl, link.ifindex, made_up) == 0;
}

/*
 * The device that is there gets the name that is wished.  One that the kernel does not
 * rename goes on with the name that it has.
 */
static void
name_anew(struct nl *nl, const struct vrrp_device_wish *w,
    struct vrrp_device_made *m)
{
	char name[IF_NAMESIZE];
	int error, tag;

	if (w->device == 0 || if_indextoname((unsigned)w->device, name) ==
	    NULL || strcmp(name, m->name) == 0)
		return;
	tag = vrrp_vmac_tag_of(name);
	if (tag == 0)
		return;
	error = nl_link_rename(nl, w->device, m->name);
	if (error == -EEXIST && step_aside(nl, w, m->name))
		error = nl_link_rename(nl, w->device, m->name);
	if (error == 0)
		return;
	log_warning("device=%s cannot be renamed to %s: %s%s", name, m->name,
	    strerror(-error), error == -EBUSY ? "; it will be when vrrpd is "
	    "started again" : "");
	memcpy(m->name, name, sizeof(name));
}

static bool
has_mac(struct nl *nl, const char *name, const uint8_t mac[6])
{
	struct nl_link link;

	return nl_link_get(nl, name, &link) == 0 && link.has_mac &&
	    memcmp(link.mac, mac, sizeof(link.mac)) == 0;
}

static int
make_or_adopt(struct nl *nl, const struct vrrp_device_wish *w,
    struct vrrp_device_made *m)
{
	char alias[NL_LINK_ALIAS_MAX];
	uint8_t mac[6];
	int error;

	vrrp_params_virtual_mac(w->family, w->vrid, mac);
	name_anew(nl, w, m);
	error = nl_macvlan_add(nl, m->name, w->parent, mac, &m->ifindex);
	if (error == -EEXIST && !has_mac(nl, m->name, mac) &&
	    step_aside(nl, w, m->name))
		error = nl_macvlan_add(nl, m->name, w->parent, mac,
		    &m->ifindex);
	if (error == 0)
		m->tag = w->tag;
	else if (error == -EEXIST)
		error = adopt(nl, w, mac, m);
	else
		(void)snprintf(m->reason, sizeof(m->reason),
		    "cannot create device %s on %s: %s%s", m->name,
		    w->parent_name, strerror(-error), way_out(error));
	if (error == 0 && w->tag != 0)
		(void)devconf_set(AF_INET, m->name, "tag", m->tag);
	if (error == 0) {
		write_alias(alias);
		(void)nl_link_alias(nl, m->ifindex, alias);
	}
	return error;
}

static int
make_ready(struct nl *nl, const struct vrrp_device_wish *w,
    struct vrrp_device_made *m)
{
	int error;

	/* Mute from before it is up; adopted, it may be on its way down. */
	error = nl_mute(nl, m->ifindex, !w->in_use);
	m->can_mute = error == 0;
	if (error < 0)
		log_warning("device=%s cannot be kept silent while Backup: no "
		    "pfifo queue in this kernel: %s", m->name,
		    strerror(-error));
	if (m->adopted && !w->in_use) {
		(void)nl_addr_flush(nl, m->ifindex);
		(void)nl_macvlan_deafen(nl, m->ifindex);
	}
	error = configure_device(w, m->name, m->reason, sizeof(m->reason));
	if (error == 0)
		error = follow_vrf(nl, w, m);
	if (error < 0 && w->in_use)
		log_warning("device=%s %s", m->name, m->reason);
	else if (error < 0)
		return error;
	error = nl_link_up(nl, m->ifindex);
	if (error < 0)
		(void)snprintf(m->reason, sizeof(m->reason),
		    "cannot bring device %s up: %s", m->name,
		    strerror(-error));
	return error;
}

/* Nothing half done is left behind; a device that was there before is. */
static void
give_up(struct nl *nl, struct vrrp_device_made *m)
{
	if (m->ifindex != 0 && !m->adopted)
		(void)nl_link_del(nl, m->ifindex);
	m->ifindex = m->tag = 0;
	m->adopted = m->can_mute = false;
}

static int
name_of_wish(const struct vrrp_device_wish *w, char name[IF_NAMESIZE])
{
	if (w->name[0] == '\0')
		return vrrp_vmac_name(w->family, w->vrid, w->parent, name);
	memcpy(name, w->name, IF_NAMESIZE);
	return 0;
}

int
vrrp_vmac_make(struct nl *nl, const struct vrrp_device_wish *w,
    struct vrrp_device_made *m)
{
	char name[IF_NAMESIZE];

	memset(m, 0, sizeof(*m));
	m->number = w->number;
	m->error = name_of_wish(w, m->name);
	if (m->error < 0) {
		(void)snprintf(m->name, sizeof(m->name), "?");
		(void)snprintf(m->reason, sizeof(m->reason),
		    "the index of interface %s is too long for a name",
		    w->parent_name);
		return m->error;
	}
	/* The interface may have gone while the wish was under way. */
	if (if_indextoname((unsigned)w->parent, name) == NULL ||
	    strcmp(name, w->parent_name) != 0) {
		m->error = -ENODEV;
		(void)snprintf(m->reason, sizeof(m->reason),
		    "interface %s is not what it was", w->parent_name);
		return m->error;
	}
	m->error = make_or_adopt(nl, w, m);
	if (m->error == 0)
		m->error = make_ready(nl, w, m);
	if (m->error < 0)
		give_up(nl, m);
	return m->error;
}

void
vrrp_vmac_take(struct vrrp_vips *v, const struct vrrp_device_made *m)
{
	memcpy(v->device, m->name, sizeof(v->device));
	v->ifindex = m->ifindex;
	v->adopted = m->adopted;
	v->can_mute = m->can_mute;
	/* Whoever had it may have left a rule: see vrrp_vip_steer.c. */
	v->steered |= m->adopted;
}

static bool
is_for_both(const struct vrrp_params *p)
{
	return vrrp_params_has_family(p, AF_INET) &&
	    vrrp_params_has_family(p, AF_INET6);
}

void
vrrp_vmac_renamed(struct vrrp_vips *v, const char *name)
{
	if (v->device[0] != '\0')
		(void)snprintf(v->device, sizeof(v->device), "%s", name);
}

int
vrrp_vmac_open(struct vrrp_vips *v, bool keep, char *reason, size_t size)
{
	struct vrrp_device_wish w = {
		.parent = v->parent.ifindex,
		.family = v->p->family,
		.vrid = v->p->vrid,
		.in_use = keep,
		.both = is_for_both(v->p),
		.device = vrrp_vmac_find(v->nl, v->p, &v->parent),
	};
	struct vrrp_device_made m;

	memcpy(w.parent_name, v->parent.name, sizeof(w.parent_name));
	memcpy(w.name, v->p->virtual_mac_device, sizeof(w.name));
	if (vrrp_vmac_make(v->nl, &w, &m) < 0)
		(void)snprintf(reason, size, "%s", m.reason);
	else
		vrrp_vmac_take(v, &m);
	return m.error;
}

void
vrrp_vmac_close(struct vrrp_vips *v)
{
	int error;

	if (v->device[0] == '\0')
		return;
	error = nl_link_del(v->nl, v->ifindex);
	if (error < 0 && error != -ENODEV)
		log_warning("device=%s cannot be removed: %s", v->device,
		    strerror(-error));
}

bool
vrrp_vmac_exists(const struct vrrp_vips *v)
{
	struct nl_link link;

	return v->device[0] == '\0' || (nl_link_known(v->nl, v->device,
	    &link) == 0 && link.ifindex == v->ifindex);
}

bool
vrrp_vmac_is_down(const struct vrrp_vips *v)
{
	struct nl_link link;

	return v->device[0] != '\0' && nl_link_known(v->nl, v->device,
	    &link) == 0 && link.ifindex == v->ifindex && !link.admin_up;
}

const char *
vrrp_vmac_unsettled(const struct vrrp_vips *v)
{
	const struct vrrp_setting *s;
	size_t i, n;
	int own, all;

	s = vrrp_settings(v->p->family, is_for_both(v->p), &n);
	for (i = 0; v->device[0] != '\0' && i < n; i++) {
		if (s[i].value == VRRP_SETTING_AS_PARENT ||
		    devconf_get(s[i].family, v->device, s[i].key, &own) < 0 ||
		    own == s[i].value)
			continue;
		all = value_of(&s[i], "all");
		if (!vrrp_setting_works(&s[i], all, own) &&
		    vrrp_setting_works(&s[i], all, s[i].value))
			return s[i].key;
	}
	return NULL;
}

int
vrrp_vmac_settle(const struct vrrp_vips *v, char *reason, size_t size)
{
	struct vrrp_device_wish w = {
		.family = v->p->family,
		.both = is_for_both(v->p),
	};

	if (v->device[0] == '\0' || !w.both)
		return 0;
	memcpy(w.parent_name, v->parent.name, sizeof(w.parent_name));
	return configure_device(&w, v->device, reason, size);
}

bool
vrrp_vmac_is_astray(const struct vrrp_vips *v)
{
	struct nl_link link, parent;

	return v->device[0] != '\0' &&
	    nl_link_known(v->nl, v->device, &link) == 0 &&
	    nl_link_known(v->nl, v->parent.name, &parent) == 0 &&
	    link.ifindex == v->ifindex &&
	    parent.ifindex == v->parent.ifindex &&
	    nl_link_vrf(&link) != nl_link_vrf(&parent);
}

bool
vrrp_vmac_fetch(const struct vrrp_vips *v)
{
	struct nl_link parent;

	return vrrp_vmac_is_astray(v) &&
	    nl_link_known(v->nl, v->parent.name, &parent) == 0 &&
	    nl_link_set_master(v->nl, v->ifindex, nl_link_vrf(&parent)) == 0;
}

bool
vrrp_vmac_raise(const struct vrrp_vips *v)
{
	return vrrp_vmac_is_down(v) && nl_link_up(v->nl, v->ifindex) == 0;
}

/* --- after a crash --- */

int
vrrp_vmac_tag_of(const char *device)
{
	int tag;

	if (devconf_get(AF_INET, device, "tag", &tag) < 0 ||
	    ((unsigned)tag & TAG_MARKS) != TAG_MARK)
		return 0;
	return tag;
}

void
vrrp_vmac_tag_values(int tag, int values[VRRP_VMAC_TAG_VALUES])
{
	int i;

	for (i = 0; i < VRRP_VMAC_TAG_VALUES; i++)
		values[i] = TAG_VALUE(tag, i);
}

bool
vrrp_vmac_tag(const struct vrrp_vips *v, int values[VRRP_VMAC_TAG_VALUES])
{
	int tag = vrrp_vmac_tag_of(v->device);

	if (tag != 0)
		vrrp_vmac_tag_values(tag, values);
	return tag != 0;
}

int
vrrp_vmac_tag_with(const int values[VRRP_VMAC_TAG_VALUES])
{
	int i, tag = TAG_MARK | (int)getpid() << 8;

	for (i = 0; i < VRRP_VMAC_TAG_VALUES; i++)
		tag |= (values[i] & 0xf) << (4 * i);
	return tag;
}

void
vrrp_vmac_set_tag(const struct vrrp_vips *v,
    const int values[VRRP_VMAC_TAG_VALUES])
{
	(void)devconf_set(AF_INET, v->device, "tag",
	    vrrp_vmac_tag_with(values));
}

#define FLAG_EXITING	0x4U	/* PF_EXITING of /proc/PID/stat */

/*
 * On its way out, which takes a grace period of the kernel for each packet socket;
 * or dead, but nobody has waited for it: the first process of many a container.
 */
static bool
is_ending(int pid)
{
	char path[32], text[512], state;
	const char *after;
	unsigned flags;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	after = strrchr(text, ')');
	return after != NULL && sscanf(after, ") %c %*d %*d %*d %*d %*d %u",
	    &state, &flags) == 2 && (state == 'Z' || state == 'X' ||
	    (flags & FLAG_EXITING) != 0);
}

/* For some interface: one that is a macvlan is not the device's own parent. */
static bool
is_named_for(const char *name, uint8_t family, uint8_t vrid)
{
	char like[IF_NAMESIZE];
	const char *index = strrchr(name, '-');

	return index != NULL && vrrp_vmac_name(family, vrid, atoi(index + 1),
	    like) == 0 && strcmp(name, like) == 0;
}

/*
 * Does a process of another program have that number by now?  Ours are vrrpd and
 * vrrpd-something.
 */
static bool
is_another_program(int pid)
{
	char path[32], its[17], own[17];

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	read_start(path, its, sizeof(its));
	read_start("/proc/self/comm", own, sizeof(own));
	its[strcspn(its, "-\n")] = own[strcspn(own, "-\n")] = '\0';
	return its[0] != '\0' && own[0] != '\0' && strcmp(its, own) != 0;
}

bool
vrrp_vmac_is_orphan(const struct nl_link *link)
{
	uint8_t mac[6], family;
	enum maker maker;
	int tag, pid;

	if (!link->is_macvlan || !link->has_mac)
		return false;
	for (family = AF_INET; ; family = AF_INET6) {
		vrrp_params_virtual_mac(family, link->mac[5], mac);
		if (memcmp(mac, link->mac, sizeof(mac)) == 0)
			break;
		if (family == AF_INET6)
			return false;
	}
	if ((!is_named_for(link->name, family, mac[5]) && !vrrp_vmac_is_marked(link)) ||
	    (tag = vrrp_vmac_tag_of(link->name)) == 0)
		return false;
	maker = maker_of(link);
	if (maker != MAKER_HERE)
		return maker == MAKER_OF_ANOTHER_BOOT;
	pid = TAG_PID(tag);
	/* In a container the next run may well have the same number. */
	return pid == (int)getpid() || (kill(pid, 0) == -1 && errno == ESRCH) ||
	    is_ending(pid) || is_another_program(pid);
}

int
vrrp_vmac_find(const struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent)
{
	const struct nl_link *link = NULL;
	uint8_t mac[6];

	vrrp_params_virtual_mac(p->family, p->vrid, mac);
	while ((link = nl_link_next_known(nl, link)) != NULL)
		if (link->is_macvlan && link->has_mac &&
		    memcmp(link->mac, mac, sizeof(mac)) == 0 &&
		    link->parent == (parent->is_macvlan ? parent->parent :
		    parent->ifindex) && vrrp_vmac_is_orphan(link))
			return link->ifindex;
	return 0;
}
