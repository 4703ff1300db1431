/*
 * host.c - links, addresses, settings and clocks of a machine (see host.h).
 *
 * Taken from Linux: an IPv4 address in the subnet of another one of the same
 * device is a secondary, and is promoted when the first goes
 * (promote_secondaries, as systemd sets it), or goes along (as Debian has it); a
 * macvlan in source mode with an empty list hears nothing; IPv6 addresses go when
 * their device is set down; a device that goes takes its addresses and its macvlans
 * along.
 */
#include "config.h"

#include "test/world/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/file.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/lease.h"
#include "test/world/netlink.h"
#include "test/world/proc.h"
#include "test/world/routes.h"

#define EXPIRY_LATE_NS	(1 * NS_PER_S)
#define GRACE_MIN_NS	(8 * NS_PER_MS)		/* of RCU, with rtnl held */
#define GRACE_MORE_NS	(8 * NS_PER_MS)
#define EPOCH_REAL_NS	INT64_C(1763719200000000000)	/* 2025-11-21 10:00 */

static void	expire(void *arg, uint64_t lease);
static void	remove_address(struct address *);

/* --- clocks --- */

int64_t
host_mono(const struct host *h)
{
	return world->now + h->mono_offset_ns;
}

int64_t
host_real(const struct host *h)
{
	return world->now + h->real_offset_ns;
}

static void
woke(void *arg, uint64_t n)
{
	struct host *h = arg;

	(void)n;
	if (h->asleep_until > world->now)
		return;
	world_say("%s wakes", h->name);
	lan_host_woke(h);
	proc_host_woke(h);
	judge_changed();
}

void
host_sleep(struct host *h, int64_t span_ns)
{
	world_say("%s sleeps for %lld us", h->name,
	    (long long)(span_ns / NS_PER_US));
	if (h->asleep_until < world->now + span_ns)
		h->asleep_until = world->now + span_ns;
	world_at(h->asleep_until, woke, h, 0);
	judge_changed();
}

void
host_suspend(struct host *h, int64_t span_ns)
{
	struct address *a;

	world_say("%s is suspended for %lld us", h->name,
	    (long long)(span_ns / NS_PER_US));
	h->mono_offset_ns -= span_ns;
	h->suspended_ns += span_ns;
	timers_shift(h, span_ns);
	for (a = h->addresses; a != NULL; a = a->next)
		if (a->lent_until != NEVER) {
			a->lent_until += span_ns;
			a->lease = ++h->leases;
			world_at(a->lent_until, expire, h, a->lease);
		}
	if (h->asleep_until < world->now + span_ns)
		h->asleep_until = world->now + span_ns;
	world_at(h->asleep_until, woke, h, 0);
	judge_changed();
}

void
host_set_clock(struct host *h, int64_t by_ns)
{
	world_say("%s: the clock is set by %lld us", h->name,
	    (long long)(by_ns / NS_PER_US));
	h->real_offset_ns += by_ns;
}

void
host_power_off(struct host *h)
{
	struct address *a, *next;
	struct link *l, *after;
	struct proc *p;

	world_say("%s is switched off", h->name);
	h->powered_off = true;
	for (p = h->procs; p != NULL; p = p->next)
		proc_kill(p);
	/* Own addresses are there again when the machine is switched on. */
	for (l = h->links; l != NULL; l = after) {
		after = l->next;
		if (l->parent != NULL)
			(void)link_delete(l);
	}
	for (a = h->addresses; a != NULL; a = next) {
		next = a->next;
		if (a->lent_until != NEVER)
			(void)address_del(a->link, &a->prefix);
	}
	lease_forget(h);
	judge_changed();
}

/* --- making --- */

struct host *
host_new(const char *name)
{
	struct host *h = world_alloc(sizeof(*h));

	if (world->host_count == HOSTS_MAX)
		world_fail("too many hosts");
	(void)snprintf(h->name, sizeof(h->name), "%s", name);
	h->index = world->host_count;
	h->mono_offset_ns = (1000 + 137 * (int64_t)h->index) * NS_PER_S +
	    (int64_t)world_draw(NS_PER_S);
	h->real_offset_ns = EPOCH_REAL_NS;
	h->next_ifindex = 2;
	world->hosts[world->host_count++] = h;
	return h;
}

struct host *
host_find(const char *name)
{
	unsigned i;

	for (i = 0; i < world->host_count; i++)
		if (strcmp(world->hosts[i]->name, name) == 0)
			return world->hosts[i];
	return NULL;
}

static struct link *
new_link(struct host *h, const char *name)
{
	struct link *l = world_alloc(sizeof(*l)), **at;

	l->host = h;
	l->ifindex = h->next_ifindex++;
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	l->mtu = 1500;
	for (at = &h->links; *at != NULL; at = &(*at)->next)
		continue;
	*at = l;
	return l;
}

struct link *
host_add_link(struct host *h, const char *name)
{
	struct link *l = new_link(h, name);
	const uint8_t mac[6] = { 0x02, 0, 0, (uint8_t)l->ifindex, 0,
	    (uint8_t)(1 + h->index) };

	memcpy(l->mac, mac, sizeof(mac));
	l->up = l->carrier = true;
	return l;
}

/* --- links --- */

struct link *
link_by_index(const struct host *h, int ifindex)
{
	struct link *l;

	for (l = h->links; l != NULL; l = l->next)
		if (l->ifindex == ifindex)
			return l;
	return NULL;
}

struct link *
link_by_name(const struct host *h, const char *name)
{
	struct link *l;

	for (l = h->links; l != NULL; l = l->next)
		if (strcmp(l->name, name) == 0)
			return l;
	return NULL;
}

bool
link_works(const struct link *l)
{
	if (l->host->powered_off)
		return false;
	return l->up && (l->parent != NULL ? link_works(l->parent) :
	    l->carrier);
}

static void
link_changed(const struct link *l)
{
	const struct address *a;

	if (l->parent == NULL) {
		judge_changed();
		return;
	}
	judge_mac_changed(l->mac);
	for (a = l->host->addresses; a != NULL; a = a->next)
		if (a->link == l)
			judge_address_changed(&a->prefix.addr);
}

static void
tell_link(struct link *l)
{
	struct link *child;

	netlink_link_event(l, false);
	for (child = l->host->links; l->parent == NULL && child != NULL;
	    child = child->next)
		if (child->parent == l)
			netlink_link_event(child, false);
	link_changed(l);
}

int
link_set_up(struct link *l, bool up)
{
	struct address *a, *next;

	if (l->up == up)
		return 0;
	l->up = up;
	if (!up)
		routes_link_down(l);
	for (a = l->host->addresses; !up && a != NULL; a = next) {
		next = a->next;
		if (a->link == l && a->prefix.addr.family == AF_INET6)
			(void)address_del(l, &a->prefix);
	}
	tell_link(l);
	return 0;
}

void
link_set_carrier(struct link *l, bool carrier)
{
	if (l->carrier == carrier)
		return;
	world_say("%s %s: carrier %s", l->host->name, l->name,
	    carrier ? "back" : "lost");
	l->carrier = carrier;
	tell_link(l);
}

int
link_add_macvlan(struct host *h, const char *name, struct link *parent,
    const uint8_t mac[6], bool hears, struct link **out)
{
	struct link *l;

	if (parent == NULL)
		return -ENODEV;
	if (link_by_name(h, name) != NULL)
		return -EEXIST;
	l = new_link(h, name);
	memcpy(l->mac, mac, sizeof(l->mac));
	l->parent = parent;
	l->hears = hears;
	l->carrier = true;
	*out = l;
	netlink_link_event(l, false);
	return 0;
}

int
link_set_hears(struct link *l, bool hears)
{
	if (l->parent == NULL)
		return -EOPNOTSUPP;
	l->hears = hears;
	netlink_link_event(l, false);
	link_changed(l);
	return 0;
}

int
link_set_mute(struct link *l, bool mute)
{
	l->mute = mute;
	link_changed(l);
	return 0;
}

static struct address *
any_of(const struct link *l)
{
	struct address *a;

	for (a = l->host->addresses; a != NULL && a->link != l; a = a->next)
		continue;
	return a;
}

int
link_delete(struct link *l)
{
	struct host *h = l->host;
	struct address *a;
	struct link **at, *child, *after;

	/* One may take others along. */
	while ((a = any_of(l)) != NULL)
		(void)address_del(l, &a->prefix);
	for (child = h->links; child != NULL; child = after) {
		after = child->next;
		if (child->parent == l)
			(void)link_delete(child);
	}
	for (at = &h->links; *at != l; at = &(*at)->next)
		continue;
	*at = l->next;
	l->up = false;
	routes_link_down(l);
	netlink_link_event(l, true);
	lan_link_gone(l);
	link_changed(l);
	free(l);
	return 0;
}

int
link_group_join(struct link *l, const uint8_t mac[6])
{
	unsigned i, free_slot = GROUPS_MAX;

	for (i = 0; i < GROUPS_MAX; i++) {
		if (l->groups[i].users == 0)
			free_slot = i;
		else if (memcmp(l->groups[i].mac, mac, 6) == 0) {
			l->groups[i].users++;
			return 0;
		}
	}
	if (free_slot == GROUPS_MAX)
		return -ENOBUFS;
	memcpy(l->groups[free_slot].mac, mac, 6);
	l->groups[free_slot].users = 1;
	return 0;
}

void
link_group_leave(struct link *l, const uint8_t mac[6])
{
	unsigned i;

	for (i = 0; i < GROUPS_MAX; i++)
		if (l->groups[i].users > 0 &&
		    memcmp(l->groups[i].mac, mac, 6) == 0)
			l->groups[i].users--;
}

/* --- addresses --- */

unsigned
addr_slot(const struct addr *a)
{
	size_t len = addr_len(a->family);
	unsigned slot = 0, i;

	for (i = 0; i < len; i++)
		slot = slot * 31 + a->bytes[i];
	return slot % ADDR_SLOTS;
}

struct address *
address_find(const struct host *h, const struct link *l,
    const struct addr_prefix *p)
{
	struct address *a;

	for (a = h->by_addr[addr_slot(&p->addr)]; a != NULL; a = a->same_slot)
		if (a->link == l && a->prefix.len == p->len &&
		    addr_equal(&a->prefix.addr, &p->addr))
			return a;
	return NULL;
}

struct address *
address_of(const struct host *h, const struct addr *addr)
{
	struct address *a;

	for (a = h->by_addr[addr_slot(addr)]; a != NULL; a = a->same_slot)
		if (addr_equal(&a->prefix.addr, addr))
			return a;
	return NULL;
}

static void
say_address(const struct address *a, const char *what)
{
	char text[ADDR_PREFIX_STRLEN];

	world_say("%s kernel: %s %s %s", a->link->host->name,
	    addr_prefix_format(&a->prefix, text, sizeof(text)), what,
	    a->link->name);
}

static void
expire(void *arg, uint64_t n)
{
	struct host *h = arg;
	struct address *a;

	for (a = h->addresses; a != NULL; a = a->next)
		if (a->lease == n)
			break;
	if (a == NULL)
		return;
	if (h->asleep_until > world->now) {	/* timers of the kernel sleep too */
		world_at(h->asleep_until, expire, h, n);
		return;
	}
	say_address(a, "expires on");
	remove_address(a);
}

static void
lend(struct address *a, uint32_t seconds)
{
	a->lease = ++a->link->host->leases;
	a->lent_until = NEVER;
	if (seconds == 0)
		return;
	a->lent_until = world->now + seconds * NS_PER_S +
	    (int64_t)world_draw(EXPIRY_LATE_NS);
	world_at(a->lent_until, expire, a->link->host, a->lease);
}

static bool
is_secondary(const struct address *new)
{
	const struct address *a;

	if (new->prefix.addr.family != AF_INET)
		return false;
	for (a = new->link->host->addresses; a != NULL; a = a->next)
		if (a != new && a->link == new->link && !a->secondary &&
		    a->prefix.len == new->prefix.len &&
		    addr_in_prefix(&new->prefix.addr, &a->prefix))
			return true;
	return false;
}

int
address_add(struct link *l, const struct addr_prefix *p, bool no_route,
    uint32_t lifetime_s)
{
	struct host *h = l->host;
	struct address *a = address_find(h, l, p), **at;
	/* Linux looks for its route then, and asks nobody who else needs it. */
	bool was_for_good = a != NULL && a->lent_until == NEVER && !a->no_route;

	if (a == NULL) {
		if (h->address_error != 0 &&
		    (!addr_is_set(&h->address_refused) ||
		    addr_equal(&h->address_refused, &p->addr)))
			return -h->address_error;
		a = world_alloc(sizeof(*a));
		a->link = l;
		a->prefix = *p;
		for (at = &h->addresses; *at != NULL; at = &(*at)->next)
			continue;
		*at = a;
		for (at = &h->by_addr[addr_slot(&p->addr)]; *at != NULL;
		    at = &(*at)->same_slot)
			continue;
		*at = a;
		a->secondary = is_secondary(a);
		say_address(a, "comes to");
		judge_address_changed(&p->addr);
	}
	a->no_route = no_route;
	lend(a, lifetime_s);
	if (!no_route)
		route_address_came(l, p, lifetime_s, was_for_good);
	netlink_addr_event(a, false);
	return 0;
}

/* Does the kernel take this one along with the first of its subnet? */
static bool
goes_along(const struct address *a, const struct address *first)
{
	return a->link == first->link && a->secondary &&
	    a->prefix.len == first->prefix.len &&
	    addr_in_prefix(&a->prefix.addr, &first->prefix);
}

/* promote_secondaries 0, as Debian has it: those behind it go before it does. */
static void
drop_secondaries(struct host *h, const struct address *first)
{
	struct address *a, *next;

	if (!h->drops_secondaries || first->secondary ||
	    first->prefix.addr.family != AF_INET)
		return;
	for (a = h->addresses; a != NULL; a = next) {
		next = a->next;
		if (goes_along(a, first)) {
			say_address(a, "goes along from");
			remove_address(a);
		}
	}
}

/* The next one in its place, when the first of a subnet goes. */
static void
promote(struct host *h, const struct address *gone)
{
	struct address *a;

	if (gone->secondary || gone->prefix.addr.family != AF_INET)
		return;
	for (a = h->addresses; a != NULL; a = a->next)
		if (goes_along(a, gone)) {
			a->secondary = false;
			netlink_addr_event(a, false);
			return;
		}
}

static void
remove_address(struct address *a)
{
	struct host *h = a->link->host;
	struct address **at;

	drop_secondaries(h, a);
	for (at = &h->addresses; *at != a; at = &(*at)->next)
		continue;
	*at = a->next;
	for (at = &h->by_addr[addr_slot(&a->prefix.addr)]; *at != a;
	    at = &(*at)->same_slot)
		continue;
	*at = a->same_slot;
	netlink_addr_event(a, true);
	route_address_went(a->link, &a->prefix, a->lent_until != NEVER,
	    a->no_route);
	promote(h, a);
	judge_address_changed(&a->prefix.addr);
	free(a);
}

int
address_del(struct link *l, const struct addr_prefix *p)
{
	struct address *a = address_find(l->host, l, p);

	if (a == NULL)
		return -EADDRNOTAVAIL;
	say_address(a, "leaves");
	remove_address(a);
	return 0;
}

bool
address_source(const struct link *l, const struct addr *to, struct addr *out)
{
	bool local = to->family == AF_INET6 && addr_is_link_local(to);
	const struct address *a, *found = NULL;

	for (a = l->host->addresses; a != NULL; a = a->next) {
		if (a->link != l || a->prefix.addr.family != to->family)
			continue;
		if (to->family == AF_INET6 && local !=
		    addr_is_link_local(&a->prefix.addr))
			continue;
		if (found == NULL || (found->secondary && !a->secondary))
			found = a;
	}
	if (found != NULL)
		*out = found->prefix.addr;
	return found != NULL;
}

/* --- settings --- */

static struct setting *
find_setting(const struct host *h, const char *name)
{
	struct setting *s;

	for (s = h->settings; s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static bool
device_of(const char *setting, char name[IF_NAMESIZE])
{
	const char *conf = strstr(setting, "/conf/"), *end;
	size_t len;

	if (conf == NULL)
		return false;
	conf += strlen("/conf/");
	end = strchr(conf, '/');
	len = end == NULL ? 0 : (size_t)(end - conf);
	if (len == 0 || len >= IF_NAMESIZE)
		return false;
	memcpy(name, conf, len);
	name[len] = '\0';
	return true;
}

int
host_get(struct host *h, const char *name, int *value)
{
	const struct setting *s = find_setting(h, name);
	char device[IF_NAMESIZE];

	if (device_of(name, device) && strcmp(device, "all") != 0 &&
	    strcmp(device, "default") != 0 && link_by_name(h, device) == NULL)
		return -ENOENT;
	*value = s == NULL ? 0 : s->value;
	return 0;
}

void
host_set(struct host *h, const char *name, int value)
{
	struct setting *s = find_setting(h, name);

	if (s == NULL) {
		s = world_alloc(sizeof(*s) + strlen(name) + 1);
		memcpy(s->name, name, strlen(name) + 1);
		s->next = h->settings;
		h->settings = s;
	}
	s->value = value;
}

int
link_rename(struct link *l, const char *name)
{
	struct setting *s, **at;
	char device[IF_NAMESIZE], moved[96];
	int value;

	if (link_by_name(l->host, name) != NULL)
		return -EEXIST;
	for (at = &l->host->settings; (s = *at) != NULL; ) {
		if (!device_of(s->name, device) || strcmp(device, l->name) != 0) {
			at = &s->next;
			continue;
		}
		(void)snprintf(moved, sizeof(moved), "%.*s/conf/%s%s",
		    (int)(strstr(s->name, "/conf/") - s->name), s->name, name,
		    strchr(strstr(s->name, "/conf/") + 6, '/'));
		value = s->value;
		*at = s->next;
		free(s);
		host_set(l->host, moved, value);
		at = &l->host->settings;
	}
	world_say("%s: %s is called %s", l->host->name, l->name, name);
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	tell_link(l);
	return 0;
}

static int
device_setting(struct host *h, const char *format, const char *device)
{
	char name[80];
	int value = 0;

	(void)snprintf(name, sizeof(name), "ipv4/conf/%s/%s", device, format);
	(void)host_get(h, name, &value);
	return value;
}

/* --- rtnl --- */

void
host_rtnl(struct host *h, bool grace)
{
	int64_t free_at = h->rtnl_free_at > world->now ? h->rtnl_free_at :
	    world->now;

	if (grace) {
		free_at += GRACE_MIN_NS + (int64_t)world_draw(GRACE_MORE_NS);
		h->rtnl_free_at = free_at;
	}
	proc_spend(free_at - world->now);
}

void
host_hold_rtnl(struct host *h, int64_t span_ns)
{
	world_say("%s: somebody holds rtnl for %lld us", h->name,
	    (long long)(span_ns / NS_PER_US));
	h->rtnl_free_at = world->now + span_ns;
}

/* --- seen by a neighbour --- */

static bool
hears_as(const struct link *device, const struct link *l,
    const uint8_t mac[6])
{
	if (memcmp(device->mac, mac, 6) != 0 || !device->up)
		return false;
	return device == l || (device->parent == l && device->hears);
}

bool
link_takes(const struct link *l, const uint8_t mac[6])
{
	const struct link *d;

	if (!link_works(l) || l->host->asleep_until > world->now)
		return false;
	for (d = l->host->links; d != NULL; d = d->next)
		if (hears_as(d, l, mac))
			return true;
	return false;
}

/* Any address of the host is local, on whatever device; that is Linux. */
static bool
is_local(const struct host *h, const struct addr *addr)
{
	const struct address *a;

	for (a = h->by_addr[addr_slot(addr)]; a != NULL; a = a->same_slot)
		if (addr_equal(&a->prefix.addr, addr) && a->link->up)
			return true;
	return false;
}

bool
link_answers(const struct link *l, const uint8_t mac[6],
    const struct addr *addr)
{
	return is_local(l->host, addr) && link_takes(l, mac) &&
	    lease_lets(l, addr);
}

bool
link_resolves(const struct link *l, const struct addr *addr, uint8_t mac[6])
{
	struct host *h = l->host;
	const struct address *a;
	const struct link *d;
	bool strict;

	if (!link_works(l) || h->asleep_until > world->now ||
	    !is_local(h, addr) || !lease_lets(l, addr))
		return false;
	for (d = h->links; d != NULL; d = d->next) {
		if (d != l && (d->parent != l || !d->hears || !d->up ||
		    d->mute))
			continue;
		strict = addr->family == AF_INET6 ||
		    device_setting(h, "arp_ignore", d->name) > 0 ||
		    device_setting(h, "arp_ignore", "all") > 0;
		for (a = h->by_addr[addr_slot(addr)]; a != NULL;
		    a = a->same_slot)
			if (addr_equal(&a->prefix.addr, addr) &&
			    (a->link == d || !strict)) {
				memcpy(mac, d->mac, 6);
				return true;
			}
	}
	return false;
}

struct neighbour *
neighbour_get(struct neighbour **list, const struct link *link,
    const struct addr *addr)
{
	struct neighbour *n;

	for (n = *list; n != NULL; n = n->next)
		if (n->link == link && addr_equal(&n->addr, addr))
			return n;
	n = world_alloc(sizeof(*n));
	n->link = link;
	n->addr = *addr;
	n->failing_since = NEVER;
	n->next = *list;
	*list = n;
	return n;
}

void
host_log(struct host *h, const struct proc *p, const char *line)
{
	world_say("%s %s: %s", h->name, p->name, line);
	judge_log(h, p, line);
}
