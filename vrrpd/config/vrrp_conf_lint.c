/*
 * vrrp_conf_lint.c - what is allowed and rarely meant.
 *
 * Every warning here is about a file that vrrpd takes and runs: an address that
 * no host should have, a session that one lost packet ends, a tracker that
 * nobody tracks, an interface that is not there.  A warning never becomes an
 * error: the address may be right in a network that the file does not show, and
 * the interface may come later.
 */
#include "config.h"

#include "vrrpd/config/vrrp_conf_lint.h"

#include <sys/socket.h>
#include <sys/statvfs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#include "shared/devconf.h"
#include "shared/nl_ask.h"
#include "shared/nonlocal_bind.h"
#include "vrrpd/config/vrrp_conf_ground.h"
#include "vrrpd/pure/vrrp_settings.h"

static bool
wanted(const struct draft *d)
{
	return d->p.warnings != NULL;
}

/* Are the bits behind the prefix all of one kind? */
static bool
host_bits(const struct addr_prefix *p, bool ones)
{
	unsigned bits = addr_len(p->addr.family) * 8, i;
	bool bit;

	for (i = p->len; i < bits; i++) {
		bit = (p->addr.bytes[i / 8] >> (7 - i % 8)) & 1;
		if (bit != ones)
			return false;
	}
	return true;
}

static bool
is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == AF_INET ? a->bytes[0] == 127 :
	    memcmp(a->bytes, one, sizeof(one)) == 0;
}

/* RFC 3021: a /31 has two hosts and neither network nor broadcast address. */
static const char *
odd_address(const struct addr_prefix *p)
{
	unsigned bits = addr_len(p->addr.family) * 8;

	if (is_loopback(&p->addr))
		return "a loopback address, which no client reaches";
	if (p->len + 1 >= (int)bits)
		return NULL;
	if (host_bits(p, false))
		return p->addr.family == AF_INET ? "the address of its network"
		    : "the anycast address of the routers of its network";
	if (p->addr.family == AF_INET && host_bits(p, true))
		return "the broadcast address of its network";
	return NULL;
}

static void
lint_instance(struct draft *d, unsigned index)
{
	const struct vrrp_params *v = &d->config.instances[index];
	const struct places *pl = d->places[index];
	char text[ADDR_PREFIX_STRLEN];
	const char *odd;
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(v); i++) {
		odd = odd_address(&v->vips[i].prefix);
		if (odd != NULL)
			conf_errors_add(d->p.warnings, pl->file, pl->vips[i],
			    "%s address %s is %s", i < v->vip_count ?
			    "virtual" : "other", addr_prefix_format(
			    &v->vips[i].prefix, text, sizeof(text)), odd);
	}
	for (i = 0; i < v->bfd_count; i++)
		if (v->bfd[i].multiplier == 1)
			conf_errors_add(d->p.warnings, pl->file, pl->bfd[i],
			    "bfd %s: with multiplier = 1 a single lost packet "
			    "is a dead router", addr_format(&v->bfd[i].peer,
			    text, sizeof(text)));
	if (v->has_bfd_auto && v->bfd_auto.multiplier == 1)
		conf_errors_add(d->p.warnings, pl->file, pl->bfd_auto, "bfd "
		    "auto: with multiplier = 1 a single lost packet is a dead "
		    "router");
	if (d->look && v->interface[0] != '\0' &&
	    if_nametoindex(v->interface) == 0)
		conf_errors_add(d->p.warnings, pl->file, pl->declared,
		    "instance %s: there is no interface %s now: it waits for "
		    "one", v->name, v->interface);
}

static bool
refers_to(const struct vrrp_track_ref *refs, unsigned count,
    const struct vrrp_tracker_params *t)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (refs[i].kind == t->kind &&
		    strcmp(refs[i].name, t->name) == 0)
			return true;
	return false;
}

static bool
is_tracked(const struct draft *d, const struct vrrp_tracker_params *t)
{
	const struct vrrp_config *c = &d->config;
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (refers_to(c->instances[i].tracks,
		    c->instances[i].track_count, t))
			return true;
	for (i = 0; i < d->group_count; i++)
		if (refers_to(d->groups[i]->tracks, d->groups[i]->track_count,
		    t))
			return true;
	return false;
}

/* --- a service that waits for the address that waits for it --- */

static bool
same_address(const struct sockaddr *sa, const struct addr *a)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa == NULL || sa->sa_family != a->family)
		return false;
	return memcmp(a->family == AF_INET ? (const void *)&in->sin_addr :
	    (const void *)&in6->sin6_addr, a->bytes, addr_len(a->family)) == 0;
}

static bool
is_here(const struct ifaddrs *here, const struct addr *a)
{
	for (; here != NULL; here = here->ifa_next)
		if (same_address(here->ifa_addr, a))
			return true;
	return false;
}

/*
 * The service that a tracker looks at runs on this host: a process does, and
 * what is asked on an address of this host.
 */
static bool
is_of_this_host(const struct vrrp_tracker_params *t,
    const struct ifaddrs *here)
{
	switch (t->kind) {
	case VRRP_TRACK_PROCESS:
		return true;
	case VRRP_TRACK_TCP:
	case VRRP_TRACK_HTTP:
		return addr_is_set(&t->address) &&
		    (is_loopback(&t->address) || is_here(here, &t->address));
	default:
		return false;
	}
}

/* Weights that are not said where a tracker is used are its own. */
static bool
is_needed(const struct vrrp_track_ref *refs, unsigned count,
    const struct vrrp_tracker_params *t)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (refs[i].kind == t->kind && !refs[i].reverse &&
		    strcmp(refs[i].name, t->name) == 0 &&
		    (refs[i].weight == NO_WEIGHT ? t->weight :
		    refs[i].weight) == 0)
			return true;
	return false;
}

static bool
is_member(const struct group_words *g, const struct vrrp_params *v)
{
	unsigned i;

	for (i = 0; i < g->count; i++)
		if (strcmp(g->members[i].text, v->name) == 0)
			return true;
	return false;
}

/* Without that tracker, no address; and a virtual one of it is not here. */
static bool
may_wait_for(const struct draft *d, const struct vrrp_params *v,
    const struct vrrp_tracker_params *t, const struct ifaddrs *here)
{
	bool allowed = false, needed;
	unsigned i;

	needed = is_needed(v->tracks, v->track_count, t);
	for (i = 0; i < d->group_count && !needed; i++)
		needed = is_needed(d->groups[i]->tracks,
		    d->groups[i]->track_count, t) && is_member(d->groups[i], v);
	if (!needed || (nonlocal_bind_get(v->family, &allowed) == 0 &&
	    allowed))
		return false;
	for (i = 0; i < vrrp_params_addresses(v); i++)
		if (!is_here(here, &v->vips[i].prefix.addr))
			return true;
	return false;
}

static void
lint_waiting(struct draft *d)
{
	const struct vrrp_config *c = &d->config;
	const struct vrrp_tracker_params *t;
	struct ifaddrs *here = NULL;
	unsigned i, j;

	if (!d->look || d->nonlocal_set || getifaddrs(&here) < 0)
		return;
	for (i = 0; i < c->tracker_count; i++) {
		t = &c->trackers[i];
		if (!is_of_this_host(t, here))
			continue;
		for (j = 0; j < c->count; j++)
			if (may_wait_for(d, &c->instances[j], t, here))
				break;
		if (j < c->count)
			conf_errors_add(d->p.warnings, d->tracker_files[i],
			    t->line, "%s %s: if this service binds a virtual "
			    "address of instance %s it cannot start before the "
			    "address is here, nor the address come before it: "
			    "say nonlocal_bind = yes (or no)",
			    vrrp_track_kind_name(t->kind), t->name,
			    c->instances[j].name);
	}
	freeifaddrs(here);
}

/* Interfaces that are there, of kinds that bear no virtual router. */
static void
lint_grounds(struct draft *d)
{
	char text[VRRP_GROUND_TEXT_MAX];
	const struct vrrp_params *v;
	struct nl_link link, master;
	unsigned i;

	for (i = 0; d->look && i < d->config.count; i++) {
		v = &d->config.instances[i];
		if (nl_ask_link(v->interface, &link) < 0)
			continue;
		memset(&master, 0, sizeof(master));
		(void)if_indextoname((unsigned)link.master, master.name);
		if (vrrp_conf_ground(&link, &master, v->virtual_mac &&
		    !v->virtual_mac_auto, text) != VRRP_GROUND_GOOD)
			conf_errors_add(d->p.warnings, d->places[i]->file,
			    d->places[i]->declared, "instance %s: %s", v->name,
			    text);
	}
}

static bool
is_read_only(uint8_t family)
{
	struct statvfs fs;

	return statvfs(family == AF_INET6 ? "/proc/sys/net/ipv6/conf" :
	    "/proc/sys/net/ipv4/conf", &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

/*
 * A setting that a new device of this instance would have to be given, and cannot; of
 * IPv4 they can be given by netlink (devconf.h).  NULL: none.
 */
static const struct vrrp_setting *
missing_setting(const struct vrrp_params *v, int *value)
{
	const struct vrrp_setting *s;
	int all = 0;
	size_t i, n;

	s = vrrp_settings(v->family, vrrp_params_has_family(v, AF_INET) &&
	    vrrp_params_has_family(v, AF_INET6), &n);
	for (i = 0; i < n; i++) {
		if (s[i].family != AF_INET6 || !s[i].required ||
		    devconf_get(AF_INET6, "default", s[i].key, value) < 0)
			continue;
		(void)devconf_get(AF_INET6, "all", s[i].key, &all);
		if (!vrrp_setting_works(&s[i], all, *value))
			return &s[i];
	}
	return NULL;
}

/* A container: what its devices need has to be right there. */
static void
lint_read_only(struct draft *d)
{
	const struct vrrp_setting *s;
	const struct vrrp_params *v;
	int value = 0;
	unsigned i;

	if (!d->look || !is_read_only(AF_INET6))
		return;
	for (i = 0; i < d->config.count; i++) {
		v = &d->config.instances[i];
		if (!v->virtual_mac || v->virtual_mac_auto ||
		    (s = missing_setting(v, &value)) == NULL)
			continue;
		conf_errors_add(d->p.warnings, d->places[i]->file,
		    d->places[i]->declared, "instance %s: /proc/sys is read-only "
		    "here, and net.ipv6.conf.default.%s is %d: a device for its "
		    "virtual MAC needs %d; set it before, or write virtual_mac = "
		    "no", v->name, s->key, value, s->value);
	}
}

void
vrrp_conf_lint(struct draft *d)
{
	const struct vrrp_config *c = &d->config;
	const struct vrrp_tracker_params *t;
	unsigned i;

	if (!wanted(d))
		return;
	for (i = 0; i < c->count; i++)
		lint_instance(d, i);
	lint_waiting(d);
	lint_grounds(d);
	lint_read_only(d);
	for (i = 0; i < c->tracker_count; i++) {
		t = &c->trackers[i];
		if (!is_tracked(d, t) && t->on_change[0] == '\0')
			conf_errors_add(d->p.warnings, d->tracker_files[i],
			    t->line, "%s %s is tracked by no instance and no "
			    "group", vrrp_track_kind_name(t->kind), t->name);
	}
	if (c->count == 0 && d->p.errors->count == 0)
		conf_errors_add(d->p.warnings, d->sources[0].path, 0,
		    "there is no instance: vrrpd has nothing to do");
}
