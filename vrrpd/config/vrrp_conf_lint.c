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

#include <net/if.h>
#include <stdio.h>
#include <string.h>

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

	for (i = 0; i < v->vip_count; i++) {
		odd = odd_address(&v->vips[i].prefix);
		if (odd != NULL)
			conf_errors_add(d->p.warnings, pl->file, pl->vips[i],
			    "virtual address %s is %s", addr_prefix_format(
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
	for (i = 0; i < c->tracker_count; i++) {
		t = &c->trackers[i];
		if (!is_tracked(d, t))
			conf_errors_add(d->p.warnings, d->tracker_files[i],
			    t->line, "%s %s is tracked by no instance and no "
			    "group", vrrp_track_kind_name(t->kind), t->name);
	}
	if (c->count == 0 && d->p.errors->count == 0)
		conf_errors_add(d->p.warnings, d->sources[0].path, 0,
		    "there is no instance: vrrpd has nothing to do");
}
