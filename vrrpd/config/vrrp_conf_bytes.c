/*
 * vrrp_conf_bytes.c - the parts of a configuration as bytes, for vrrp_reading.c.
 *
 * A number is eight bytes in network order, a text two bytes of length and its
 * characters, a list a number and its elements.  Every field of the structs of
 * vrrp_params.h is named here once; a new field changes a size below, which is
 * the reminder to name it.
 *
 * Ranges are those that the rest of the program relies on (an enum that a switch
 * is about, a count that is an index, a family that says how long an address is),
 * not all that vrrpd.conf(5) says: that was checked by whoever has read the file.
 */
#include "config.h"

#include "vrrpd/config/vrrp_conf_bytes.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ADVERT_INT_MAX	25500	/* version 2: 255 s */

#define LP64	(sizeof(void *) == 8)
static_assert(!LP64 || sizeof(struct vrrp_params) == 59936, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_vip) == 52, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_route) == 80, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_rule) == 88, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_bfd_params) == 88, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_track_ref) == 64, "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_notify_params) == 3152,
    "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_tracker_params) == 3136,
    "a new field?");
static_assert(!LP64 || sizeof(struct vrrp_group_params) == 5264,
    "a new field?");

#define FLAG(c, x)	CONF_CODE(c, x, 0, 1)
#define SPAN(c, x)	CONF_CODE(c, x, 0, INT64_MAX)
#define TEXT(c, x)	conf_code_text(c, x, sizeof(x))
#define LINE(c, x)	CONF_CODE(c, x, 0, INT_MAX)
/* The enumerators are 0 to last. */
#define WORD(c, x, last) CONF_CODE(c, x, 0, last)

/* --- single values --- */

static void
family(struct conf_coder *c, uint8_t *f)
{
	CONF_CODE(c, *f, 0, UINT8_MAX);
	if (*f != AF_INET && *f != AF_INET6)
		c->refused = true;
}

/* --- parts of instances and groups --- */

static void
address(struct conf_coder *c, struct vrrp_vip *v)
{
	conf_code_addr(c, &v->prefix.addr, false);
	CONF_CODE(c, v->prefix.len, 0, 8 * addr_len(v->prefix.addr.family));
	TEXT(c, v->device);
	TEXT(c, v->label);
	FLAG(c, v->untracked);
	WORD(c, v->deprecated, VRRP_DEPRECATED_NO);
}

static void
addresses(struct conf_coder *c, struct vrrp_params *p)
{
	unsigned i;

	CONF_CODE(c, p->vip_count, 1, VRRP_VIPS_MAX);
	CONF_CODE(c, p->other_count, 0, VRRP_ADDRESSES_MAX - p->vip_count);
	for (i = 0; conf_coder_ok(c) && i < vrrp_params_addresses(p); i++) {
		address(c, &p->vips[i]);
		if (i < p->vip_count &&
		    p->vips[i].prefix.addr.family != p->family)
			c->refused = true;
	}
}

static void
bfd(struct conf_coder *c, struct vrrp_bfd_params *b)
{
	conf_code_addr(c, &b->peer, true);
	WORD(c, b->role, VRRP_BFD_LINK);
	SPAN(c, b->min_tx_ns);
	SPAN(c, b->min_rx_ns);
	CONF_CODE(c, b->multiplier, 0, UINT8_MAX);
	WORD(c, b->takeover_on, VRRP_TAKEOVER_ANY);
	TEXT(c, b->interface);
	FLAG(c, b->multihop);
	CONF_CODE(c, b->weight, INT_MIN, INT_MAX);
	FLAG(c, b->reverse);
	SPAN(c, b->up_delay_ns);
}

static void
track(struct conf_coder *c, struct vrrp_track_ref *t)
{
	WORD(c, t->kind, VRRP_TRACK_KIND_COUNT - 1);
	TEXT(c, t->name);
	CONF_CODE(c, t->weight, INT_MIN, INT_MAX);
	FLAG(c, t->reverse);
	FLAG(c, t->from_group);
	FLAG(c, t->from_address);
	SPAN(c, t->up_delay_ns);
	SPAN(c, t->down_delay_ns);
}

static void
tracks(struct conf_coder *c, struct vrrp_track_ref *list, unsigned *count)
{
	unsigned i;

	CONF_CODE(c, *count, 0, VRRP_TRACKS_MAX);
	for (i = 0; i < *count; i++)
		track(c, &list[i]);
}

static void
notify(struct conf_coder *c, struct vrrp_notify_params *n)
{
	unsigned i;

	for (i = 0; i < VRRP_NOTIFY_ON_COUNT; i++)
		TEXT(c, n->command[i]);
	TEXT(c, n->user);
	SPAN(c, n->timeout_ns);
	WORD(c, n->words, VRRP_NOTIFY_MASTER);
}

static void
prefix(struct conf_coder *c, struct addr_prefix *p)
{
	conf_code_addr(c, &p->addr, true);
	CONF_CODE(c, p->len, 0, 8 * addr_len(p->addr.family));
}

static void
route(struct conf_coder *c, struct vrrp_route *r)
{
	prefix(c, &r->to);
	if (!addr_is_set(&r->to.addr))
		c->refused = true;
	conf_code_addr(c, &r->via, true);
	conf_code_addr(c, &r->source, true);
	TEXT(c, r->device);
	WORD(c, r->type, VRRP_ROUTE_TYPE_LAST);
	CONF_CODE(c, r->scope, 0, UINT8_MAX);
	FLAG(c, r->onlink);
	CONF_CODE(c, r->table, 0, UINT32_MAX);
	CONF_CODE(c, r->metric, 0, UINT32_MAX);
}

static void
rule(struct conf_coder *c, struct vrrp_rule *r)
{
	family(c, &r->family);
	WORD(c, r->type, VRRP_ROUTE_TYPE_LAST);
	prefix(c, &r->from);
	prefix(c, &r->to);
	TEXT(c, r->iif);
	TEXT(c, r->oif);
	FLAG(c, r->has_mark);
	CONF_CODE(c, r->mark, 0, UINT32_MAX);
	CONF_CODE(c, r->mask, 0, UINT32_MAX);
	CONF_CODE(c, r->table, 0, UINT32_MAX);
	CONF_CODE(c, r->priority, 0, UINT32_MAX);
}

static void
routing(struct conf_coder *c, struct vrrp_params *p)
{
	unsigned i;

	CONF_CODE(c, p->route_count, 0, VRRP_ROUTES_MAX);
	for (i = 0; i < p->route_count; i++)
		route(c, &p->routes[i]);
	CONF_CODE(c, p->rule_count, 0, VRRP_RULES_MAX);
	for (i = 0; i < p->rule_count; i++)
		rule(c, &p->rules[i]);
}

/* --- the parts themselves --- */

static void
of_the_protocol(struct conf_coder *c, struct vrrp_params *p)
{
	TEXT(c, p->name);
	TEXT(c, p->interface);
	CONF_CODE(c, p->vrid, 1, 255);
	family(c, &p->family);
	CONF_CODE(c, p->version, 2, 3);
	FLAG(c, p->also_version_2);
	FLAG(c, p->backup_adverts);
	CONF_CODE(c, p->priority, 1, VRRP_PRIORITY_OWNER);
	CONF_CODE(c, p->advert_int_cs, 1, ADVERT_INT_MAX);
	FLAG(c, p->preempt);
	SPAN(c, p->preempt_delay_ns);
	SPAN(c, p->takeover_confirm_ns);
	FLAG(c, p->accept);
	FLAG(c, p->virtual_mac);
	FLAG(c, p->virtual_mac_auto);
	TEXT(c, p->virtual_mac_device);
	FLAG(c, p->lease);
	FLAG(c, p->reclaim);
	WORD(c, p->checksum_compat, VRRP_CHECKSUM_LEGACY);
	CONF_CODE(c, p->auth_len, 0, sizeof(p->auth_pass));
	conf_code_raw(c, p->auth_pass, sizeof(p->auth_pass));
}

void
vrrp_code_instance(struct conf_coder *c, struct vrrp_params *p)
{
	unsigned i;

	of_the_protocol(c, p);
	addresses(c, p);
	conf_code_addr(c, &p->source, true);
	CONF_CODE(c, p->unicast_count, 0, VRRP_PEERS_MAX);
	for (i = 0; i < p->unicast_count; i++)
		conf_code_addr(c, &p->unicast_peers[i], false);
	CONF_CODE(c, p->unicast_min_ttl, 0, UINT8_MAX);
	CONF_CODE(c, p->bfd_count, 0, VRRP_PEERS_MAX);
	for (i = 0; i < p->bfd_count; i++)
		bfd(c, &p->bfd[i]);
	FLAG(c, p->has_bfd_auto);
	bfd(c, &p->bfd_auto);
	tracks(c, p->tracks, &p->track_count);
	CONF_CODE(c, p->link_down_number, 0, UINT_MAX);
	FLAG(c, p->last_resort);
	notify(c, &p->notify);
	CONF_CODE(c, p->garp_repeat, 0, UINT_MAX);
	SPAN(c, p->garp_interval_ns);
	SPAN(c, p->garp_refresh_ns);
	SPAN(c, p->startup_delay_ns);
	routing(c, p);
	LINE(c, p->line);
}

void
vrrp_code_tracker(struct conf_coder *c, struct vrrp_tracker_params *t)
{
	unsigned i;

	WORD(c, t->kind, VRRP_TRACK_KIND_COUNT - 1);
	TEXT(c, t->name);
	CONF_CODE(c, t->weight, INT_MIN, INT_MAX);
	SPAN(c, t->interval_ns);
	SPAN(c, t->timeout_ns);
	CONF_CODE(c, t->fall, 0, UINT_MAX);
	CONF_CODE(c, t->rise, 0, UINT_MAX);
	TEXT(c, t->command);
	TEXT(c, t->user);
	TEXT(c, t->process_name);
	TEXT(c, t->pid_file);
	TEXT(c, t->exe);
	CONF_CODE(c, t->minimum, 0, UINT_MAX);
	SPAN(c, t->delay_ns);
	conf_code_addr(c, &t->address, true);
	CONF_CODE(c, t->port, 0, UINT16_MAX);
	conf_code_addr(c, &t->source, true);
	TEXT(c, t->url);
	CONF_CODE(c, t->status_count, 0, VRRP_STATUS_MAX);
	for (i = 0; i < t->status_count; i++) {
		CONF_CODE(c, t->status[i].first, 0, UINT16_MAX);
		CONF_CODE(c, t->status[i].last, 0, UINT16_MAX);
	}
	TEXT(c, t->match);
	TEXT(c, t->digest);
	FLAG(c, t->verify);
	TEXT(c, t->ca);
	TEXT(c, t->path);
	conf_code_addr(c, &t->route.prefix.addr, true);
	CONF_CODE(c, t->route.prefix.len, 0,
	    8 * addr_len(t->route.prefix.addr.family));
	CONF_CODE(c, t->route.table, 0, UINT32_MAX);
	CONF_CODE(c, t->route.protocol, 0, UINT8_MAX);
	conf_code_addr(c, &t->route.via, true);
	FLAG(c, t->number);
	TEXT(c, t->on_change);
	TEXT(c, t->on_change_user);
	SPAN(c, t->on_change_timeout_ns);
	TEXT(c, t->vrf);
	LINE(c, t->line);
}

void
vrrp_code_group(struct conf_coder *c, struct vrrp_group_params *g,
    unsigned instances)
{
	unsigned i;

	TEXT(c, g->name);
	CONF_CODE(c, g->count, 1, instances);
	if (instances == 0)
		c->refused = true;
	if (c->reads && conf_coder_ok(c)) {
		g->members = calloc(g->count, sizeof(g->members[0]));
		if (g->members == NULL)
			c->refused = true;
	}
	for (i = 0; i < g->count && conf_coder_ok(c); i++)
		CONF_CODE(c, g->members[i], 0, (int64_t)instances - 1);
	tracks(c, g->tracks, &g->track_count);
	notify(c, &g->notify);
	LINE(c, g->line);
}
