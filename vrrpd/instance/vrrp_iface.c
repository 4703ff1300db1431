/*
 * vrrp_iface.c - what the instances of one interface share.
 *
 * Sockets, addresses, and the table of instances by family and VRID.  Packets go
 * to the callback that vrrp_iface_new() was given, which keeps its counters here.
 *
 * The primary address (V-23) follows from a rule (vrrp_source.h).  One that is
 * there stays the primary address, since sessions and peers go by it; and one that
 * goes is waited for, since neither the link nor the prebuilt frames need it
 * (vrrp_iface_update_primary()).  If another has to take its place, it is the
 * primary one again when it comes back: a cable that was out takes every IPv6
 * address along, and whoever configures interfaces gives those that are not of the
 * kernel's making again some seconds later.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/virtual_router.h"

#define LOG_EVERY_NS	(10 * NS_PER_S)
#define LOG_BURST	1

/* --- life --- */

static void
check(const struct vrrp_iface *f)
{
	unsigned i, users = 0;

	assert(f->exists || f->io == NULL);
	assert(f->io != NULL || (f->joining[0] == 0 && f->joining[1] == 0));
	assert(f->exists || (!addr_is_set(&f->primary[0]) &&
	    !addr_is_set(&f->primary[1])));
	for (i = 0; i < 2; i++) {
		assert(mono_is_never(f->away_since[i]) ||
		    addr_is_set(&f->primary[i]));
		assert(!f->lost[i] || !mono_is_never(f->away_since[i]));
	}
	for (i = 0; i < 256; i++)
		users += (f->table[0][i] != NULL) + (f->table[1][i] != NULL);
	assert(users + f->placeless == f->users);
}

struct vrrp_iface *
vrrp_iface_new(struct loop *loop, const char *name,
    const struct vrrp_addrs *addrs, struct vrrp_errands *errands,
    vrrp_io_rx_cb rx)
{
	struct vrrp_iface *f;
	int i;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->loop = loop;
	f->addrs = addrs;
	f->errands = errands;
	f->rx = rx;
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	f->away_since[0] = f->away_since[1] = MONO_NEVER;
	for (i = 0; i < VRRP_VERDICT_COUNT; i++)
		token_bucket_init(&f->buckets[i], LOG_EVERY_NS, LOG_BURST);
	return f;
}

void
vrrp_iface_free(struct vrrp_iface *f)
{
	if (f == NULL)
		return;
	loop_timer_free(f->presence.timer);
	vrrp_ear_close(f->ear);
	vrrp_io_close(f->io);
	free(f);
}

static void
say_joined(const struct vrrp_iface *f, uint8_t family, int error)
{
	if (error < 0)
		log_warning("interface=%s cannot join the %s group: %s",
		    f->name, family == AF_INET6 ? "ipv6" : "ipv4",
		    strerror(-error));
}

static uint32_t
ask_to_join(struct vrrp_iface *f, uint8_t family)
{
	int fds[VRRP_JOINING_SOCKETS];

	if (f->errands == NULL || vrrp_io_sockets(f->io, family, fds) < 0)
		return 0;
	return vrrp_errands_join(f->errands, f->link.ifindex, family, fds);
}

static void
join(struct vrrp_iface *f, uint8_t family)
{
	uint32_t *joining = &f->joining[family == AF_INET6];

	if (f->io == NULL || *joining != 0 ||
	    vrrp_io_is_member(f->io, family))
		return;
	*joining = ask_to_join(f, family);
	if (*joining == 0)
		say_joined(f, family, vrrp_io_join(f->io, family));
}

bool
vrrp_iface_is_joining(const struct vrrp_iface *f, uint8_t family)
{
	return f->joining[family == AF_INET6] != 0;
}

uint8_t
vrrp_iface_joined(struct vrrp_iface *f, uint32_t number, int error)
{
	uint8_t family;

	if (number == f->joining[0])
		family = AF_INET;
	else if (number == f->joining[1])
		family = AF_INET6;
	else
		return 0;
	f->joining[family == AF_INET6] = 0;
	say_joined(f, family, error);
	if (error == 0)
		vrrp_io_joined(f->io, family);
	check(f);
	return family;
}

/* The sockets are about to be nobody's. */
static void
forgo_joins(struct vrrp_iface *f)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (f->joining[i] != 0)
			vrrp_errands_forgo_join(f->errands, f->joining[i]);
		f->joining[i] = 0;
	}
}

void
vrrp_iface_found(struct vrrp_iface *f, const struct nl_link *link)
{
	int family, vrid;

	if (f->exists && f->link.ifindex != link->ifindex)
		vrrp_iface_lost(f);
	f->exists = true;
	f->link = *link;
	if (f->io == NULL)
		f->io_error = vrrp_io_open(f->loop, link->ifindex,
		    f->rx, f, &f->io);
	for (family = 0; family < 2; family++)
		for (vrid = 1; vrid < 256; vrid++)
			if (f->table[family][vrid] != NULL) {
				join(f, family == 1 ? AF_INET6 : AF_INET);
				break;
			}
	(void)vrrp_iface_update_primary(f);
	check(f);
}

void
vrrp_iface_count_drops(struct vrrp_iface *f)
{
	if (f->io != NULL)
		f->rx_dropped += vrrp_io_drops(f->io);
}

static void
forget_primary(struct vrrp_iface *f, int family)
{
	memset(&f->primary[family], 0, sizeof(f->primary[family]));
	f->away_since[family] = MONO_NEVER;
	f->lost[family] = false;
}

void
vrrp_iface_lost(struct vrrp_iface *f)
{
	vrrp_iface_count_drops(f);
	f->exists = false;
	forgo_joins(f);
	vrrp_ear_close(f->ear);
	f->ear = NULL;
	f->ear_failed = false;
	vrrp_io_close(f->io);
	f->io = NULL;
	forget_primary(f, 0);
	forget_primary(f, 1);
	check(f);
}

/* --- the table --- */

static struct vrrp_instance **
slot_of(struct vrrp_iface *f, const struct vrrp_instance *v)
{
	return &f->table[v->p.family == AF_INET6][v->p.vrid];
}

void
vrrp_iface_enter(struct vrrp_iface *f, struct vrrp_instance *v)
{
	v->placeless = true;
	f->users++;
	f->placeless++;
	join(f, v->p.family);
	check(f);
}

int
vrrp_iface_take_place(struct vrrp_iface *f, struct vrrp_instance *v)
{
	if (*slot_of(f, v) != NULL)
		return -EEXIST;
	*slot_of(f, v) = v;
	v->placeless = false;
	f->placeless--;
	check(f);
	return 0;
}

void
vrrp_iface_give_place(struct vrrp_iface *f, struct vrrp_instance *v)
{
	*slot_of(f, v) = NULL;
	v->placeless = true;
	f->placeless++;
	check(f);
}

int
vrrp_iface_add(struct vrrp_iface *f, struct vrrp_instance *v)
{
	if (*slot_of(f, v) != NULL)
		return -EEXIST;
	vrrp_iface_enter(f, v);
	return vrrp_iface_take_place(f, v);
}

void
vrrp_iface_remove(struct vrrp_iface *f, struct vrrp_instance *v)
{
	unsigned i;

	if (v->placeless)
		f->placeless--;
	else if (*slot_of(f, v) != v)
		return;
	else
		*slot_of(f, v) = NULL;
	f->users--;
	for (i = 0; i < VRRP_VERDICT_COUNT; i++)	/* never count down */
		f->verdicts[i] += v->stats.verdicts[i];
	check(f);
}

struct vrrp_instance *
vrrp_iface_find(const struct vrrp_iface *f, uint8_t family, uint8_t vrid)
{
	return f->table[family == AF_INET6][vrid];
}

bool
vrrp_iface_is_virtual(const struct vrrp_iface *f, const struct addr *addr)
{
	const struct vrrp_instance *v;
	unsigned at, i;

	for (at = 0; at < 2 * 256; at++) {
		v = f->table[at / 256][at % 256];
		if (v == NULL)
			continue;
		i = v->p.family != addr->family ||
		    v->p.priority == VRRP_PRIORITY_OWNER ? v->p.vip_count : 0;
		for (; i < vrrp_params_addresses(&v->p); i++)
			if (addr_equal(&v->p.vips[i].prefix.addr, addr))
				return true;
	}
	return false;
}

/* The source that instances name: the same for all (vrrp_conf_check.c). */
static struct addr
wanted_of(const struct vrrp_iface *f, int family)
{
	static const struct addr none;
	unsigned vrid;

	for (vrid = 1; vrid < 256; vrid++)
		if (f->table[family][vrid] != NULL)
			return f->table[family][vrid]->p.source;
	return none;
}

static bool
has_in(const struct vrrp_params *p, const struct addr_prefix *network)
{
	unsigned i;

	for (i = 0; i < p->vip_count; i++)
		if (addr_in_prefix(&p->vips[i].prefix.addr, network))
			return true;
	for (i = 0; i < p->unicast_count; i++)
		if (addr_in_prefix(&p->unicast_peers[i], network))
			return true;
	return false;
}

/* No virtual router of this interface has anybody in the network of this address. */
static bool
is_apart(const struct vrrp_iface *f, const struct addr_prefix *network)
{
	bool six = network->addr.family == AF_INET6;
	unsigned vrid;

	for (vrid = 1; vrid < 256; vrid++)
		if (f->table[six][vrid] != NULL &&
		    has_in(&f->table[six][vrid]->p, network))
			return false;
	return true;
}

static void
look(const struct vrrp_iface *f, struct vrrp_source_choice choices[2])
{
	const struct nl_addr *a = NULL;
	struct vrrp_source s;
	struct addr wanted;
	int family;

	for (family = 0; family < 2; family++) {
		wanted = wanted_of(f, family);
		vrrp_source_begin(&choices[family], &f->primary[family],
		    &f->home[family], &wanted);
	}
	while (f->exists && (a = vrrp_addrs_next(f->addrs, f->link.ifindex,
	    a)) != NULL) {
		if (vrrp_iface_is_virtual(f, &a->prefix.addr))
			continue;
		s = (struct vrrp_source){
			.addr = a->prefix.addr,
			.scope = a->scope,
			.deprecated = a->deprecated,
			.secondary = a->secondary,
			.apart = is_apart(f, &a->prefix),
			.tentative = a->tentative,
		};
		vrrp_source_offer(&choices[s.addr.family == AF_INET6], &s);
	}
}

static bool
is_present(const struct vrrp_iface *f, const struct addr *primary)
{
	const struct nl_addr *a = NULL;

	while ((a = vrrp_addrs_next(f->addrs, f->link.ifindex, a)) != NULL)
		if (!a->tentative && addr_equal(&a->prefix.addr, primary))
			return true;
	return false;
}

/* Is the primary address only away?  One that became virtual is not. */
static bool
may_come_back(struct vrrp_iface *f, int family,
    const struct vrrp_source_choice *c, mono_t now)
{
	const struct addr *primary = &f->primary[family];
	mono_t *since = &f->away_since[family];

	if (!f->exists || !addr_is_set(primary) || is_present(f, primary) ||
	    vrrp_iface_is_virtual(f, primary) || (addr_is_set(&c->wanted) &&
	    !addr_equal(primary, &c->wanted)))
		return false;
	if (mono_is_never(*since))
		*since = now;
	return mono_before(now, mono_add(*since, c->used_is_tentative ?
	    VRRP_IFACE_DAD_NS : VRRP_IFACE_AWAY_NS));
}

static void
say(const struct vrrp_iface *f, const struct addr *was, const struct addr *now,
    enum vrrp_source_why why)
{
	char text[2][ADDR_STRLEN];

	log_notice("interface=%s own address=%s instead of %s, which is %s "
	    "(%s)", f->name, addr_format(now, text[0], sizeof(text[0])),
	    addr_format(was, text[1], sizeof(text[1])),
	    is_present(f, was) ? "there too" : "gone",
	    vrrp_source_why_name(why));
}

static bool
settle_for(struct vrrp_iface *f, int family,
    const struct vrrp_source_choice *c)
{
	const struct addr was = f->primary[family], *now = &c->best.addr;

	f->lost[family] = c->count == 0 && f->exists &&
	    (!mono_is_never(f->away_since[family]) ||
	    (addr_is_set(&c->wanted) && addr_is_set(&was)));
	if (f->lost[family]) {
		if (mono_is_never(f->away_since[family]))
			f->away_since[family] = loop_clock();
		return false;
	}
	f->away_since[family] = MONO_NEVER;
	f->why[family] = vrrp_source_why(c);
	if (!addr_is_set(&f->home[family]) ||
	    vrrp_iface_is_virtual(f, &f->home[family]))
		f->home[family] = *now;
	if (addr_equal(now, &was))
		return false;
	f->primary[family] = *now;
	if (addr_is_set(&was) && addr_is_set(now))
		say(f, &was, now, f->why[family]);
	return true;
}

bool
vrrp_iface_update_primary(struct vrrp_iface *f)
{
	struct vrrp_source_choice choices[2];
	mono_t now = loop_clock();
	bool changed = false;
	int family;

	look(f, choices);
	for (family = 0; family < 2; family++)
		if (!may_come_back(f, family, &choices[family], now) &&
		    settle_for(f, family, &choices[family]))
			changed = true;
	check(f);
	return changed;
}

mono_t
vrrp_iface_away_until(const struct vrrp_iface *f)
{
	struct vrrp_source_choice choices[2];
	mono_t until = MONO_NEVER;
	int family;

	look(f, choices);
	for (family = 0; family < 2; family++)
		if (!mono_is_never(f->away_since[family]))
			until = mono_min(until, mono_add(
			    f->away_since[family], choices[family].used_is_tentative ?
			    VRRP_IFACE_DAD_NS : VRRP_IFACE_AWAY_NS));
	return until;
}

void
vrrp_iface_forget_lost(struct vrrp_iface *f)
{
	int family;

	for (family = 0; family < 2; family++)
		if (f->lost[family])
			forget_primary(f, family);
	check(f);
}

const struct addr *
vrrp_iface_primary_of(const struct vrrp_instance *v)
{
	return vrrp_iface_primary(v->iface, v->p.family);
}
