/*
 * hosts.c - routers on hosts as people have them, and what is left of such a host
 * afterwards.
 *
 * Each router has a twin: a machine with the same interfaces, addresses and
 * settings, on which no program of ours ever ran.  Whatever is done to the one is
 * done to the other by the same hand: addresses are flushed and given again,
 * interfaces taken down and up or renamed, renewals come, settings are written.  An
 * instance goes over to the other mode, or to other addresses.  While the
 * network is quiet exactly one router answers for each address (town.c, and judge.c
 * at every moment); when vrrpd has left, by whatever door, its host is as its twin
 * is.
 *
 * Drawn: interfaces, own addresses of both families in one network or in several,
 * settings, whether the kernel promotes secondaries; virtual routers with addresses
 * beside the own ones, in networks of their own or of one host alone, in both modes
 * and families; when somebody meddles, and how.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/proc.h"
#include "test/world/random.h"
#include "test/world/routes.h"
#include "test/world/town.h"

#define ROUNDS		3
#define DEEDS		8
#define ROUTERS_MAX	3
#define INSTANCES_MAX	3
#define OWN_MAX		12
/* An address that was lent may be there for so long after its owner. */
#define LEAVE_NS	(8 * NS_PER_S)

/* An address that the host has by the will of its administrator. */
struct own {
	const char		*interface;
	struct addr_prefix	 prefix;
};

struct pair {
	struct host	*host, *twin;
	struct own	 own[OWN_MAX];
	unsigned	 own_count;
	struct {
		unsigned	priority;
		bool		virtual_mac;
	}		 seats[INSTANCES_MAX];
};

/* The same on all routers, by the configuration. */
struct play {
	bool		 v6, accept;
	unsigned	 interval;
	char		 addresses[512];
};

static struct {
	unsigned	 routers;
	/* Networks that the interfaces are in, beside the first: the same for all. */
	bool		 second4, second6, wide;
	struct pair	 pairs[ROUTERS_MAX];
	struct play	 plays[INSTANCES_MAX];
	unsigned	 play_count;
} *hosts;				/* of this world; lasts */

static bool
one_in(unsigned n)
{
	return world_draw(n) == 0;
}

/* --- drawing --- */

static void
give(struct host *h, const struct own *o)
{
	struct link *l = link_by_name(h, o->interface);

	if (address_find(h, l, &o->prefix) == NULL)
		(void)address_add(l, &o->prefix, false, 0);
}

static void
take(struct host *h, const struct own *o)
{
	struct link *l = link_by_name(h, o->interface);

	if (address_find(h, l, &o->prefix) != NULL)
		(void)address_del(l, &o->prefix);
}

static void __attribute__((format(printf, 3, 4)))
own(struct pair *p, const char *interface, const char *fmt, ...)
{
	struct own *o = &p->own[p->own_count];
	char text[64];
	va_list ap;

	if (p->own_count == OWN_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->interface = interface;
	if (addr_prefix_parse(text, &o->prefix) < 0)
		world_fail("no address: %s", text);
	p->own_count++;
	give(p->host, o);
	give(p->twin, o);
}

static void
set_both(struct pair *p, const char *setting, int value)
{
	world_say("%s: %s is set to %d", p->host->name, setting, value);
	host_set(p->host, setting, value);
	host_set(p->twin, setting, value);
}

static void
draw_settings(struct pair *p)
{
	p->host->drops_secondaries = p->twin->drops_secondaries = one_in(2);
	set_both(p, "ipv4/conf/eth0/arp_ignore", (int)world_draw(3));
	set_both(p, "ipv4/conf/eth0/arp_announce", (int)world_draw(3));
	set_both(p, "ipv4/conf/eth0/forwarding", (int)world_draw(2));
}

static void
draw_host(struct pair *p, unsigned n)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "r%u", n + 1);
	p->host = town_host(name);
	town_connect(p->host, 1);
	(void)snprintf(name, sizeof(name), "twin%u", n + 1);
	p->twin = host_new(name);
	(void)host_add_link(p->twin, "eth0");
	(void)host_add_link(p->twin, "eth1");
	/* The addresses of town_connect(). */
	own(p, "eth0", "192.0.2.%u/24", p->host->index + 1);
	own(p, "eth0", "fe80::%u/64", p->host->index + 1);
	own(p, "eth0", "2001:db8::%u/64", p->host->index + 1);
	own(p, "eth1", "198.51.100.%u/24", p->host->index + 1);
	own(p, "eth1", "fe80::%u/64", p->host->index + 1);
	own(p, "eth1", "2001:db8:1::%u/64", p->host->index + 1);
	/* And more of them, in the same networks and in others. */
	if (one_in(2))
		own(p, "eth0", "192.0.2.%u/24", 200 + n);
	if (hosts->second4)
		own(p, "eth0", "203.0.113.%u/25", 1 + n);
	if (hosts->second4 && one_in(3))
		own(p, "eth0", "203.0.113.%u/25", 101 + n);
	if (hosts->second6)
		own(p, "eth0", "2001:db8:9::%u/64", 1 + n);
	if (hosts->wide)
		own(p, "eth1", "10.9.0.%u/16", 1 + n);
	draw_settings(p);
}

/* Beside own addresses, in a network that no host has, and alone. */
static const struct network {
	const char	*before;
	unsigned	 len;
} networks[2][4] = {
	{ { "192.0.2.", 24 }, { "203.0.113.", 25 }, { "10.7.7.", 24 },
	    { "192.0.2.", 32 } },
	{ { "2001:db8::", 64 }, { "2001:db8:9::", 64 }, { "2001:db8:7::", 64 },
	    { "2001:db8::", 128 } },
};

static void
draw_addresses(char *text, size_t size, bool v6, unsigned k)
{
	unsigned i, count = 1 + (unsigned)world_draw(3);
	const struct network *net;
	size_t n;

	n = (size_t)snprintf(text, size, v6 ? "fe80::%u/64" : "192.0.2.%u/24",
	    50 + k);
	for (i = 0; i < count; i++) {
		net = &networks[v6][world_draw(4)];
		n += (size_t)snprintf(text + n, size - n, ", %s%u/%u",
		    net->before, 60 + 10 * k + i, net->len);
	}
}

static void
configure(const struct pair *p)
{
	char conf[4096] = "", why[200];
	const struct play *play;
	unsigned k;
	size_t at;

	for (k = 0; k < hosts->play_count; k++) {
		play = &hosts->plays[k];
		at = strlen(conf);
		(void)snprintf(conf + at, sizeof(conf) - at,
		    "instance web%u { interface = eth0\n"
		    " virtual_router_id = %u\n priority = %u\n"
		    " advert_int = %u\n accept = %s\n"
		    " virtual_mac = %s\n virtual_addresses = { %s } }\n",
		    k, 51 + k, p->seats[k].priority, play->interval,
		    play->accept ? "yes" : "no",
		    p->seats[k].virtual_mac ? "yes" : "no", play->addresses);
	}
	if (!town_configure(p->host, conf, why, sizeof(why)))
		world_fail("%s: %s", why, conf);
}

static void
draw_instances(void)
{
	static const unsigned intervals[] = { 5, 10, 50, 100 };
	struct play *play;
	unsigned k, r;

	hosts->play_count = 1 + (unsigned)world_draw(INSTANCES_MAX);
	for (k = 0; k < hosts->play_count; k++) {
		play = &hosts->plays[k];
		play->v6 = one_in(2);
		play->accept = !one_in(4);
		play->interval = intervals[world_draw(4)];
		draw_addresses(play->addresses, sizeof(play->addresses),
		    play->v6, k);
		for (r = 0; r < hosts->routers; r++) {
			hosts->pairs[r].seats[k].priority = 1 +
			    (unsigned)world_draw(254);
			hosts->pairs[r].seats[k].virtual_mac = one_in(2);
		}
	}
	for (r = 0; r < hosts->routers; r++)
		configure(&hosts->pairs[r]);
}

/* --- deeds --- */

static int64_t
moment(void)
{
	return 1 + (int64_t)world_draw(one_in(3) ? 2 * NS_PER_S :
	    100 * NS_PER_MS);
}

/* Whoever manages an interface takes its addresses away and gives them again. */
static void
renew(struct pair *p, const char *interface, unsigned family)
{
	unsigned i;

	world_say("%s: the addresses of %s are given anew", p->host->name,
	    interface);
	for (i = 0; i < p->own_count; i++)
		if (strcmp(p->own[i].interface, interface) == 0 &&
		    (family == 0 || p->own[i].prefix.addr.family == family)) {
			take(p->host, &p->own[i]);
			take(p->twin, &p->own[i]);
			if (one_in(4))
				world_run(moment());
		}
	world_run(moment());
	for (i = 0; i < p->own_count; i++)
		if (strcmp(p->own[i].interface, interface) == 0) {
			give(p->host, &p->own[i]);
			give(p->twin, &p->own[i]);
			if (one_in(4))
				world_run(moment());
		}
}

static void
flush(struct host *h, const char *interface)
{
	struct link *l = link_by_name(h, interface);
	struct address *a;

	for (;;) {
		for (a = h->addresses; a != NULL && a->link != l; a = a->next)
			continue;
		if (a == NULL)
			return;
		(void)address_del(l, &a->prefix);
	}
}

/* `ip address flush`: ours go too, where they are on that interface. */
static void
flush_all(struct pair *p, const char *interface)
{
	world_say("%s: %s is flushed", p->host->name, interface);
	flush(p->host, interface);
	flush(p->twin, interface);
	world_run(moment());
	renew(p, interface, 0);
}

/* ifdown and ifup: IPv6 addresses go with the interface. */
static void
down_and_up(struct pair *p, const char *interface)
{
	world_say("%s: %s is taken down", p->host->name, interface);
	(void)link_set_up(link_by_name(p->host, interface), false);
	(void)link_set_up(link_by_name(p->twin, interface), false);
	world_run(moment());
	(void)link_set_up(link_by_name(p->host, interface), true);
	(void)link_set_up(link_by_name(p->twin, interface), true);
	renew(p, interface, AF_INET6);
}

/* One address less, for good, or one more. */
static void
reconfigure(struct pair *p)
{
	unsigned i = 6 + (unsigned)world_draw(OWN_MAX);

	/* The last one in a network is not taken from one router alone. */
	if (i < p->own_count && p->own[i].prefix.len == 24) {
		take(p->host, &p->own[i]);
		take(p->twin, &p->own[i]);
		p->own[i] = p->own[--p->own_count];
	} else if (one_in(2) || !hosts->second4)
		own(p, "eth0", "192.0.2.%u/24", 210 + p->host->index);
	else
		own(p, "eth0", "203.0.113.%u/25", 111 + p->host->index);
}

/* Somebody removes an address of ours, or a device, and does not say why. */
static void
meddle(struct pair *p)
{
	struct link *l;
	struct address *a;

	for (l = p->host->links; l != NULL; l = l->next)
		if (l->parent != NULL && one_in(2)) {
			world_say("%s: %s is %s", p->host->name, l->name,
			    "taken down or deleted");
			if (one_in(2))
				(void)link_delete(l);
			else
				(void)link_set_up(l, false);
			return;
		}
	for (a = p->host->addresses; a != NULL; a = a->next)
		if (a->lent_until != NEVER && one_in(2)) {
			(void)address_del(a->link, &a->prefix);
			return;
		}
}

/* By udev, or an administrator: away and back, or changed with another one. */
static void
rename_for_a_while(struct pair *p, bool swap)
{
	struct host *both[] = { p->host, p->twin };
	struct link *a[2], *b[2];
	unsigned i;

	for (i = 0; i < 2; i++) {
		a[i] = link_by_name(both[i], "eth0");
		b[i] = link_by_name(both[i], "eth1");
		(void)link_rename(a[i], "lan0");
		if (swap)
			(void)link_rename(b[i], "eth0");
	}
	world_run(moment());
	for (i = 0; i < 2; i++) {
		if (swap)
			(void)link_rename(b[i], "eth1");
		(void)link_rename(a[i], "eth0");
	}
	world_run(moment());
}

/* An instance goes over to the other mode, here or on all routers. */
static void
change_mode(struct pair *p)
{
	unsigned k = (unsigned)world_draw(hosts->play_count), r;
	bool all = one_in(3), mode = !p->seats[k].virtual_mac;

	for (r = 0; r < hosts->routers; r++) {
		if (!all && &hosts->pairs[r] != p)
			continue;
		hosts->pairs[r].seats[k].virtual_mac = mode;
		configure(&hosts->pairs[r]);
		town_reload(hosts->pairs[r].host, "vrrpd");
		if (one_in(2))
			world_run(moment());
	}
}

/* Other addresses, on all routers, one after the other. */
static void
change_addresses(void)
{
	unsigned k = (unsigned)world_draw(hosts->play_count), r;
	struct play *play = &hosts->plays[k];

	/* The judge knows for how long two may have an address that is in the file. */
	world_run(5 * NS_PER_S);
	draw_addresses(play->addresses, sizeof(play->addresses), play->v6, k);
	for (r = 0; r < hosts->routers; r++) {
		configure(&hosts->pairs[r]);
		town_reload(hosts->pairs[r].host, "vrrpd");
	}
}

static void
move(struct pair *p)
{
	struct proc *engine = proc_find(p->host, "engine");

	switch (world_draw(5)) {
	case 0:
		if (engine != NULL)
			proc_kill(engine);
		break;
	case 1:
		daemon_stop(p->host, "vrrpd");
		world_run(moment());
		break;
	case 2:
		link_set_carrier(link_by_name(p->host, "eth0"), false);
		world_run(moment());
		link_set_carrier(link_by_name(p->host, "eth0"), true);
		break;
	case 3:
		town_reload(p->host, "vrrpd");
		break;
	case 4:
		lan_isolate(world->lans, p->host, CUT_ALL, true);
		world_run(moment());
		lan_heal(world->lans);
		break;
	}
}

static void
deed(void)
{
	struct pair *p = &hosts->pairs[world_draw(hosts->routers)];

	switch (world_draw(12)) {
	case 8:
		rename_for_a_while(p, one_in(3));
		break;
	case 9:
	case 10:
		change_mode(p);
		break;
	case 11:
		change_addresses();
		break;
	case 0:
		renew(p, "eth0", 0);
		break;
	case 1:
		renew(p, "eth0", one_in(2) ? AF_INET : AF_INET6);
		break;
	case 2:
		flush_all(p, one_in(3) ? "eth1" : "eth0");
		break;
	case 3:
		down_and_up(p, "eth0");
		break;
	case 4:
		reconfigure(p);
		break;
	case 5:
		meddle(p);
		break;
	default:
		move(p);
		break;
	}
}

/* --- rules --- */

static void
quiet(void)
{
	unsigned r;

	world_say("quiet");
	for (r = 0; r < hosts->routers; r++)
		town_start(hosts->pairs[r].host);
	world_run(20 * NS_PER_S);
	town_check_settled();
}

static bool
same_address(const struct address *a, const struct address *b)
{
	return a->secondary == b->secondary && a->no_route == b->no_route &&
	    (a->lent_until == NEVER) == (b->lent_until == NEVER);
}

static void
compare_addresses(const struct host *h, const struct host *with, bool back)
{
	const struct address *a, *b;
	char text[ADDR_PREFIX_STRLEN];

	for (a = h->addresses; a != NULL; a = a->next) {
		b = address_find(with, link_by_name(with, a->link->name),
		    &a->prefix);
		(void)addr_prefix_format(&a->prefix, text, sizeof(text));
		if (b == NULL)
			world_fail("%s %s %s of %s", h->name, back ?
			    "would have" : "has", text, a->link->name);
		if (!same_address(a, b))
			world_fail("%s of %s on %s is another one than on %s",
			    text, a->link->name, h->name, with->name);
	}
}

static void
compare_settings(struct host *h, struct host *with)
{
	const struct setting *s;
	const struct link *l;
	int a, b;

	for (s = h->settings; s != NULL; s = s->next)
		for (l = with->links; l != NULL; l = l->next) {
			char part[IF_NAMESIZE + 2];

			(void)snprintf(part, sizeof(part), "/%s/", l->name);
			a = b = 0;
			if (strstr(s->name, part) != NULL &&
			    host_get(h, s->name, &a) == 0 &&
			    host_get(with, s->name, &b) == 0 && a != b)
				world_fail("%s: %s is %d and not %d", h->name,
				    s->name, a, b);
		}
}

static void
compare_routes(const struct host *h, const struct host *with, bool back)
{
	char text[ADDR_PREFIX_STRLEN];
	const struct route *r, *same;

	for (r = h->routes; r != NULL; r = r->next) {
		if (r->until <= world->now)
			continue;
		same = route_find(link_by_name(with, r->link->name), &r->net,
		    r->metric);
		(void)addr_prefix_format(&r->net, text, sizeof(text));
		if (same == NULL)
			world_fail("%s %s the route %s of %s, metric %u",
			    h->name, back ? "would have" : "has", text,
			    r->link->name, r->metric);
		if ((same->until == NEVER) != (r->until == NEVER))
			world_fail("the route %s of %s on %s %s", text,
			    r->link->name, h->name, r->until == NEVER ?
			    "was given a lifetime" : "expires");
	}
}

static void
compare(const struct pair *p)
{
	const struct link *l, *m;

	for (l = p->host->links; l != NULL; l = l->next)
		if ((m = link_by_name(p->twin, l->name)) == NULL)
			world_fail("%s still has %s", p->host->name, l->name);
		else if (l->up != m->up || l->mtu != m->mtu ||
		    l->group != m->group)
			world_fail("%s %s is not as it was", p->host->name,
			    l->name);
	compare_addresses(p->host, p->twin, false);
	compare_addresses(p->twin, p->host, true);
	compare_routes(p->host, p->twin, false);
	compare_routes(p->twin, p->host, true);
	compare_settings(p->host, p->twin);
	compare_settings(p->twin, p->host);
}

/* In order, or killed, started again and then in order. */
static void
leave(void)
{
	unsigned r;

	world_say("all leave");
	for (r = 0; r < hosts->routers; r++) {
		struct host *h = hosts->pairs[r].host;

		if (one_in(4)) {
			struct proc *p;

			world_say("%s: everything is killed", h->name);
			for (p = h->procs; p != NULL; p = p->next)
				proc_kill(p);
			world_run(moment());
			town_start(h);
			world_run(10 * NS_PER_S);
		}
		daemon_stop(h, "vrrpd");
		daemon_stop(h, "bfdd");
		if (one_in(2))
			world_run(moment());
	}
	world_run(LEAVE_NS);
	for (r = 0; r < hosts->routers; r++)
		compare(&hosts->pairs[r]);
}

void
hosts_play(uint64_t seed, bool tell)
{
	unsigned round, n, r;

	world_new(seed);
	world->title = "host";
	world->tell = tell;
	judge_new();
	hosts = world_alloc(sizeof(*hosts));
	hosts->second4 = one_in(2);
	hosts->second6 = one_in(3);
	hosts->wide = one_in(3);
	hosts->routers = 2 + (unsigned)world_draw(ROUTERS_MAX - 1);
	for (r = 0; r < hosts->routers; r++)
		draw_host(&hosts->pairs[r], r);
	draw_instances();
	for (r = 0; r < hosts->routers; r++)
		town_start(hosts->pairs[r].host);
	world_run(10 * NS_PER_S);
	for (round = 0; round < ROUNDS; round++) {
		for (n = 0; n < DEEDS; n++) {
			deed();
			world_run(moment());
		}
		quiet();
	}
	leave();
}
