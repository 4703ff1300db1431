/*
 * plan.c - from values to configurations (see plan.h).
 */
#include "config.h"

#include "test/world/plan.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/paths.h"
#include "test/world/town.h"

static const char *const names[] = { "web", "db", "mail" };

const char *
plan_name(unsigned instance)
{
	return names[instance];
}

struct host *
plan_host(unsigned router)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "r%u", router + 1);
	return host_find(name);
}

static void
put_address(FILE *f, const struct plan_instance *i, unsigned host)
{
	if (i->family == AF_INET6)
		(void)fprintf(f, "fe80::%u", host);
	else
		(void)fprintf(f, "%s.%u", i->lan == 0 ? "192.0.2" :
		    "198.51.100", host);
}

static void
put_virtual_addresses(FILE *f, const struct plan_instance *i, unsigned k,
    const struct plan_part *part)
{
	bool six = i->family == AF_INET6;
	char global[40];
	unsigned n;

	if (six)
		(void)snprintf(global, sizeof(global), "2001:db8:%u::", i->lan);
	else
		(void)snprintf(global, sizeof(global), "%s.", i->lan == 0 ?
		    "192.0.2" : "198.51.100");
	(void)fprintf(f, "\tvirtual_addresses = { ");
	if (six)
		(void)fprintf(f, "fe80::%u/64, ", 50 + k);
	(void)fprintf(f, "%s%u/%u", global, 50 + k, six ? 64 : 24);
	for (n = 0; n < PLAN_EXTRAS_MAX; n++)
		if (part->extras >> n & 1)
			(void)fprintf(f, ", %s%u/%u", global,
			    70 + PLAN_EXTRAS_MAX * k + n, part->long_prefix ?
			    (six ? 128 : 32) : (six ? 64 : 24));
	(void)fprintf(f, " }\n");
}

static void
put_bfd(FILE *f, const struct plan *p, const struct plan_instance *i,
    unsigned me)
{
	unsigned r, ms = i->parts[me].slow_bfd ? 2 * p->bfd_ms : p->bfd_ms;

	if (i->bfd == PLAN_AUTO)
		(void)fprintf(f, "\tbfd auto { interval = %ums  multiplier = "
		    "%u }\n", ms, p->mult);
	for (r = 0; i->bfd == PLAN_PEERS && r < p->routers; r++) {
		if (r == me)
			continue;
		(void)fprintf(f, "\tbfd ");
		put_address(f, i, r + 1);
		(void)fprintf(f, " { role = peer  interval = %ums  "
		    "multiplier = %u }\n", ms, p->mult);
	}
	if (p->link) {
		(void)fprintf(f, "\tbfd ");
		put_address(f, i, p->routers + 1);
		(void)fprintf(f, " { role = link  interval = %ums  "
		    "multiplier = 3 }\n", p->bfd_ms);
	}
}

static void
put_instance(FILE *f, const struct plan *p, unsigned k, unsigned me)
{
	const struct plan_instance *i = &p->list[k];
	const struct plan_part *part = &i->parts[me];
	unsigned r;

	(void)fprintf(f, "instance %s {\n\tinterface = eth%u\n"
	    "\tvirtual_router_id = %u\n\tversion = %u\n\tpriority = %u\n"
	    "\tadvert_int = %u0ms\n\tpreempt = %s\n", names[k], i->lan,
	    51 + k, i->version, part->priority, part->interval_cs,
	    part->preempt ? "yes" : "no");
	put_virtual_addresses(f, i, k, part);
	if (part->preempt_delay_s > 0)
		(void)fprintf(f, "\tpreempt_delay = %us\n",
		    part->preempt_delay_s);
	if (part->confirm_ms > 0)
		(void)fprintf(f, "\ttakeover_confirm = %ums\n",
		    part->confirm_ms);
	/* Half of the worlds, without a draw that would change all of them. */
	if (i->version == 3 &&
	    ((p->bfd_ms + k) % 2 == 0) != part->other_backup)
		(void)fprintf(f, "\tbackup_adverts = yes\n");
	if (part->no_lease)
		(void)fprintf(f, "\tlease = no\n");
	if (p->named[me]) {
		(void)fprintf(f, "\tsource = ");
		put_address(f, i, me + 1);
		(void)fprintf(f, "\n");
	}
	if (part->garp > 0)
		(void)fprintf(f, "\tgarp_repeat = %u\n\tgarp_refresh = %us\n",
		    part->garp, part->garp);
	if (part->refuses)
		(void)fprintf(f, "\taccept = no\n");
	if (i->virtual_mac == part->other_mode)
		(void)fprintf(f, "\tvirtual_mac = no\n");
	if (i->unicast) {
		(void)fprintf(f, "\tunicast_peers = {");
		for (r = 0; r < p->routers; r++)
			if (r != me) {
				(void)fprintf(f, "%s ", r > (me == 0) ?
				    "," : "");
				put_address(f, i, r + 1);
			}
		if (part->stranger) {
			(void)fprintf(f, ", ");
			put_address(f, i, 99);
		}
		(void)fprintf(f, " }\n");
	}
	if (!part->without_bfd)
		put_bfd(f, p, i, me);
	(void)fprintf(f, "}\n");
}

/* Other instances of that router alone, with addresses of their own. */
static void
put_others(FILE *f, const struct plan *p, unsigned me)
{
	char source[40] = "";
	unsigned n;

	if (p->named[me])
		(void)snprintf(source, sizeof(source),
		    "\tsource = 192.0.2.%u\n", me + 1);
	for (n = 0; n < p->others[me]; n++)
		(void)fprintf(f, "instance n%u-%u {\n\tinterface = eth0\n"
		    "\tvirtual_router_id = %u\n\tvirtual_mac = %s\n"
		    "\tadvert_int = 1s\n%s"
		    "\tvirtual_addresses = { 192.0.2.%u/24 }\n}\n", me + 1, n,
		    100 + 10 * me + n, n % 2 == 0 ? "yes" : "no", source,
		    100 + 10 * me + n);
}

static char *
text_of(const struct plan *p, unsigned me)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned k;

	if (f == NULL)
		abort();
	for (k = 0; k < p->instances; k++)
		put_instance(f, p, k, me);
	put_others(f, p, me);
	if (p->group) {
		(void)fprintf(f, "group all { members = {");
		for (k = 0; k < p->instances; k++)
			(void)fprintf(f, "%s %s", k > 0 ? "," : "", names[k]);
		(void)fprintf(f, " } }\n");
	}
	(void)fclose(f);
	return text;
}

void
plan_rewrite(const struct plan *p, unsigned router)
{
	char *text = text_of(p, router), why[400] = "";

	if (!town_configure(plan_host(router), text, why, sizeof(why)))
		world_fail("a plan is no configuration: %s\n%s", why, text);
	free(text);
}

/* A gateway has a session with every router, on every LAN and family used. */
static void
write_gateway(const struct plan *p, struct host *gw)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned k, r, j;

	if (f == NULL)
		abort();
	for (k = 0; k < p->instances; k++) {
		for (j = 0; j < k; j++)
			if (p->list[j].lan == p->list[k].lan &&
			    p->list[j].family == p->list[k].family)
				break;
		for (r = 0; j == k && r < p->routers; r++) {
			(void)fprintf(f, "session s%u-%u { peer = ", k, r);
			put_address(f, &p->list[k], r + 1);
			(void)fprintf(f, "  interface = eth%u  interval = %ums "
			    "}\n", p->list[k].lan, p->bfd_ms);
		}
	}
	(void)fclose(f);
	path_write(gw, BFDD_CONF, text);
	free(text);
}

void
plan_build(const struct plan *p)
{
	struct host *h;
	char name[16];
	unsigned r;

	for (r = 0; r < p->routers + p->link; r++) {
		(void)snprintf(name, sizeof(name), "r%u", r + 1);
		h = town_host(r < p->routers ? name : "gw");
		if (p->lans)
			town_connect(h, 1);
	}
	for (r = 0; r < p->routers; r++)
		plan_rewrite(p, r);
	if (p->link)
		write_gateway(p, host_find("gw"));
}

int64_t
plan_down_ns(const struct plan *p)
{
	int64_t ns = 0, one;
	unsigned k, r;

	for (k = 0; k < p->instances; k++)
		for (r = 0; r < p->routers; r++) {
			one = 4 * ns_from_cs(p->list[k].parts[r].interval_cs) +
			    (p->list[k].version == 2 ? NS_PER_S : 0);
			if (one > ns)
				ns = one;
		}
	return ns;
}

int64_t
plan_detection_ns(const struct plan *p)
{
	return (int64_t)p->bfd_ms * p->mult * NS_PER_MS;
}

int64_t
plan_delay_ns(const struct plan *p)
{
	unsigned k, r, s = 0;

	for (k = 0; k < p->instances; k++)
		for (r = 0; r < p->routers; r++)
			if (p->list[k].parts[r].preempt_delay_s > s)
				s = p->list[k].parts[r].preempt_delay_s;
	return (int64_t)s * NS_PER_S;
}
