/*
 * vrrp_conf_print.c - struct vrrp_config to the canonical text of vrrpd.conf(5).
 *
 * The other half of vrrp_conf.c: what is printed here is read there, and gives
 * the same configuration, which test_vrrp_conf.c holds for every golden.  Every
 * value is spelled out, defaults included, so that the text says what a router
 * does; a word that an instance cannot have is left out.
 *
 * What a group tracks is printed with the group and not with its members, which
 * have it as from_group.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf_words.h"
#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/config/vrrp_conf_track_route.h"
#include "vrrpd/pure/vrrp_route.h"

/* --- tracking and notify --- */

static void
print_text(FILE *f, const char *name, const char *value)
{
	if (value[0] != '\0')
		print_string(f, "    ", name, value);
}

static void
print_addr(FILE *f, const char *name, const struct addr *a)
{
	char text[ADDR_STRLEN];

	if (addr_is_set(a))
		(void)fprintf(f, "    %s = %s\n", name,
		    addr_format(a, text, sizeof(text)));
}

static void
print_status(FILE *f, const struct vrrp_tracker_params *t)
{
	unsigned i;

	(void)fprintf(f, "    status = {");
	for (i = 0; i < t->status_count; i++) {
		(void)fprintf(f, "%s %u", i == 0 ? "" : ",",
		    t->status[i].first);
		if (t->status[i].last != t->status[i].first)
			(void)fprintf(f, "-%u", t->status[i].last);
	}
	(void)fprintf(f, " }\n");
}

static void
print_tracker(FILE *f, const struct vrrp_tracker_params *t)
{
	(void)fprintf(f, "\n%s %s {\n", vrrp_track_kind_name(t->kind),
	    t->name);
	print_text(f, "command", t->command);
	print_text(f, "user", t->user);
	print_text(f, "name", t->process_name);
	print_text(f, "pid_file", t->pid_file);
	print_text(f, "exe", t->exe);
	if (t->kind == VRRP_TRACK_PROCESS) {
		(void)fprintf(f, "    minimum = %u\n", t->minimum);
		print_span(f, "    ", "delay", t->delay_ns);
	}
	print_text(f, "url", t->url);
	print_addr(f, "address", &t->address);
	if (t->kind == VRRP_TRACK_TCP)
		(void)fprintf(f, "    port = %u\n", t->port);
	print_addr(f, "source", &t->source);
	print_text(f, "vrf", t->vrf);
	if (t->kind == VRRP_TRACK_HTTP)
		print_status(f, t);
	print_text(f, "match", t->match);
	print_text(f, "digest", t->digest);
	if (strncmp(t->url, "https:", 6) == 0)
		(void)fprintf(f, "    verify = %s\n",
		    t->verify ? "yes" : "no");
	print_text(f, "ca", t->ca);
	print_text(f, "path", t->path);
	if (t->number)
		(void)fprintf(f, "    number = yes\n");
	if (t->interval_ns > 0)
		print_span(f, "    ", "interval", t->interval_ns);
	if (t->timeout_ns > 0)
		print_span(f, "    ", "timeout", t->timeout_ns);
	if (t->fall > 0)
		(void)fprintf(f, "    fall = %u\n    rise = %u\n", t->fall,
		    t->rise);
	(void)fprintf(f, "    weight = %d\n", t->weight);
	if (t->on_change[0] != '\0') {
		print_text(f, "on_change", t->on_change);
		print_text(f, "on_change_user", t->on_change_user);
		print_span(f, "    ", "on_change_timeout",
		    t->on_change_timeout_ns);
	}
	(void)fprintf(f, "}\n");
}

/* The words of a route stand in c; NULL: its name says enough. */
static void
print_ref(FILE *f, const struct vrrp_config *c, const struct vrrp_track_ref *r)
{
	const struct vrrp_tracker_params *t = c == NULL ||
	    r->kind != VRRP_TRACK_ROUTE ? NULL :
	    vrrp_config_tracker(c, r->kind, r->name);

	(void)fprintf(f, "    track_%s ", vrrp_track_kind_name(r->kind));
	if (t != NULL)
		vrrp_conf_track_route_print(f, t);
	else {
		print_word(f, r->name, strlen(r->name));
		(void)fprintf(f, " {\n");
	}
	(void)fprintf(f, "        weight = %d\n        reverse = %s\n",
	    r->weight, r->reverse ? "yes" : "no");
	print_span(f, "        ", "up_delay", r->up_delay_ns);
	print_span(f, "        ", "down_delay", r->down_delay_ns);
	(void)fprintf(f, "    }\n");
}

static void
print_notify(FILE *f, const struct vrrp_notify_params *n)
{
	unsigned i;

	if (!vrrp_notify_wanted(n))
		return;
	for (i = 0; i < VRRP_NOTIFY_ON_COUNT; i++)
		print_text(f, vrrp_notify_on_word((enum vrrp_notify_on)i),
		    n->command[i]);
	print_text(f, "notify_user", n->user);
	print_span(f, "    ", "notify_timeout", n->timeout_ns);
	(void)fprintf(f, "    notify_states = %s\n",
	    n->words == VRRP_NOTIFY_MASTER ? "master" : "active");
}

static void
print_link(FILE *f, const struct vrrp_bfd_params *b)
{
	if (b->interface[0] != '\0')
		print_string(f, "        ", "interface", b->interface);
	(void)fprintf(f, "        multihop = %s\n        weight = %d\n"
	    "        reverse = %s\n", b->multihop ? "yes" : "no", b->weight,
	    b->reverse ? "yes" : "no");
	print_span(f, "        ", "up_delay", b->up_delay_ns);
}

/* --- instances and groups --- */

static void
print_bool(FILE *f, const char *name, bool value)
{
	(void)fprintf(f, "    %s = %s\n", name, value ? "yes" : "no");
}

static bool
is_plain(const struct vrrp_vip *vip)
{
	return vip->device[0] == '\0' && vip->label[0] == '\0' &&
	    vip->deprecated == VRRP_DEPRECATED_AUTO;
}

/*
 * The order counts (V-5), and the list is read before the blocks: the list
 * takes the plain addresses up to the first that needs a block.
 */
static void
print_addresses(FILE *f, const struct vrrp_vip *vips, unsigned count,
    const char *kind)
{
	char text[ADDR_PREFIX_STRLEN];
	const char *sep;
	unsigned i, n;

	for (n = 0; n < count && is_plain(&vips[n]); n++)
		continue;
	sep = n > 4 ? "\n        " : " ";
	if (n > 0)
		(void)fprintf(f, "    %s_addresses = {", kind);
	for (i = 0; i < n; i++)
		(void)fprintf(f, "%s%s%s", i == 0 ? "" : ",", sep,
		    addr_prefix_format(&vips[i].prefix, text, sizeof(text)));
	if (n > 0)
		(void)fprintf(f, "%s}\n", n > 4 ? "\n    " : " ");
	for (i = n; i < count; i++) {
		(void)fprintf(f, "    %s_address %s {\n", kind,
		    addr_prefix_format(&vips[i].prefix, text, sizeof(text)));
		if (vips[i].device[0] != '\0')
			print_string(f, "        ", "device", vips[i].device);
		if (vips[i].label[0] != '\0')
			print_string(f, "        ", "label", vips[i].label);
		if (vips[i].untracked)
			(void)fprintf(f, "        track = no\n");
		if (vips[i].deprecated != VRRP_DEPRECATED_AUTO)
			(void)fprintf(f, "        deprecated = %s\n",
			    vips[i].deprecated == VRRP_DEPRECATED_YES ? "yes" :
			    "no");
		(void)fprintf(f, "    }\n");
	}
}

/* One on a line, each in quotes. */
static void
print_routing(FILE *f, const struct vrrp_params *v)
{
	char text[VRRP_ROUTE_STRLEN];
	unsigned i;

	for (i = 0; i < v->route_count; i++) {
		(void)fprintf(f, "%s", i == 0 ? "    routes = {\n        " :
		    ",\n        ");
		(void)vrrp_route_format(&v->routes[i], text);
		print_quoted(f, text, strlen(text));
	}
	(void)fprintf(f, "%s", v->route_count > 0 ? "\n    }\n" : "");
	for (i = 0; i < v->rule_count; i++) {
		(void)fprintf(f, "%s", i == 0 ? "    rules = {\n        " :
		    ",\n        ");
		(void)vrrp_rule_format(&v->rules[i], text);
		print_quoted(f, text, strlen(text));
	}
	(void)fprintf(f, "%s", v->rule_count > 0 ? "\n    }\n" : "");
}

static void
print_bfd(FILE *f, const struct vrrp_bfd_params *b)
{
	char text[ADDR_STRLEN] = "auto";
	bool peer = b->role == VRRP_BFD_PEER;

	if (addr_is_set(&b->peer))
		(void)addr_format(&b->peer, text, sizeof(text));
	(void)fprintf(f, "    bfd %s {\n        role = %s\n", text,
	    peer ? "peer" : "link");
	if (b->min_tx_ns == b->min_rx_ns)
		print_span(f, "        ", "interval", b->min_tx_ns);
	else {
		print_span(f, "        ", "min_tx", b->min_tx_ns);
		print_span(f, "        ", "min_rx", b->min_rx_ns);
	}
	(void)fprintf(f, "        multiplier = %u\n", b->multiplier);
	if (peer)
		(void)fprintf(f, "        takeover_on = %s\n",
		    b->takeover_on == VRRP_TAKEOVER_ANY ? "any" : "timeout");
	else
		print_link(f, b);
	(void)fprintf(f, "    }\n");
}

static void
print_instance(FILE *f, const struct vrrp_config *c,
    const struct vrrp_params *v)
{
	static const char *const compat[] = {
		[VRRP_CHECKSUM_AUTO] = "auto",
		[VRRP_CHECKSUM_RFC9568] = "rfc9568",
		[VRRP_CHECKSUM_LEGACY] = "legacy",
	};
	char text[ADDR_STRLEN];
	unsigned i;

	(void)fprintf(f, "\ninstance %s {\n", v->name);
	print_string(f, "    ", "interface", v->interface);
	(void)fprintf(f, "    virtual_router_id = %u\n", v->vrid);
	(void)fprintf(f, "    version = %u\n", v->version);
	if (v->version == 3 && v->family == AF_INET)
		print_bool(f, "also_version_2", v->also_version_2);
	if (v->version == 3)
		print_bool(f, "backup_adverts", v->backup_adverts);
	(void)fprintf(f, "    priority = %u\n", v->priority);
	print_span(f, "    ", "advert_int", ns_from_cs(v->advert_int_cs));
	print_bool(f, "preempt", v->preempt);
	print_span(f, "    ", "preempt_delay", v->preempt_delay_ns);
	if (v->startup_delay_ns > 0)
		print_span(f, "    ", "startup_delay", v->startup_delay_ns);
	if (v->takeover_confirm_ns > 0)
		print_span(f, "    ", "takeover_confirm",
		    v->takeover_confirm_ns);
	print_bool(f, "accept", v->accept);
	if (v->virtual_mac_auto)
		(void)fprintf(f, "    virtual_mac = auto\n");
	else
		print_bool(f, "virtual_mac", v->virtual_mac);
	if (v->virtual_mac_device[0] != '\0')
		print_string(f, "    ", "virtual_mac_device",
		    v->virtual_mac_device);
	print_bool(f, "lease", v->lease);
	print_bool(f, "reclaim", v->reclaim);
	(void)fprintf(f, "    checksum_compat = %s\n",
	    compat[v->checksum_compat]);
	(void)fprintf(f, "    garp_repeat = %u\n", v->garp_repeat);
	print_span(f, "    ", "garp_interval", v->garp_interval_ns);
	print_span(f, "    ", "garp_refresh", v->garp_refresh_ns);
	if (v->auth_len > 0) {
		(void)fprintf(f, "    auth_pass = ");
		print_word(f, (const char *)v->auth_pass, v->auth_len);
		(void)fputc('\n', f);
	}
	print_addresses(f, v->vips, v->vip_count, "virtual");
	print_addresses(f, &v->vips[v->vip_count], v->other_count, "other");
	print_routing(f, v);
	if (addr_is_set(&v->source))
		(void)fprintf(f, "    source = %s\n", addr_format(&v->source,
		    text, sizeof(text)));
	for (i = 0; i < v->unicast_count; i++)
		(void)fprintf(f, "%s%s%s", i == 0 ? "    unicast_peers = { " :
		    ", ", addr_format(&v->unicast_peers[i], text, sizeof(text)),
		    i + 1 == v->unicast_count ? " }\n" : "");
	if (v->unicast_count > 0)
		(void)fprintf(f, "    unicast_min_ttl = %u\n",
		    v->unicast_min_ttl);
	for (i = 0; i < v->bfd_count; i++)
		print_bfd(f, &v->bfd[i]);
	if (v->has_bfd_auto)
		print_bfd(f, &v->bfd_auto);
	if (v->link_down_number != 0)
		(void)fprintf(f, "    link_down_number = %u\n",
		    v->link_down_number);
	print_bool(f, "last_resort", v->last_resort);
	for (i = 0; i < v->track_count; i++)
		if (!v->tracks[i].from_group && !v->tracks[i].from_address)
			print_ref(f, c, &v->tracks[i]);
	print_notify(f, &v->notify);
	(void)fprintf(f, "}\n");
}

static void
print_group(FILE *f, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	unsigned i;

	(void)fprintf(f, "\ngroup %s {\n    members = {\n", g->name);
	for (i = 0; i < g->count; i++)
		(void)fprintf(f, "        %s%s\n",
		    c->instances[g->members[i]].name,
		    i + 1 < g->count ? "," : "");
	(void)fprintf(f, "    }\n");
	for (i = 0; i < g->track_count; i++)
		print_ref(f, c, &g->tracks[i]);
	print_notify(f, &g->notify);
	(void)fprintf(f, "}\n");
}

static void
print_globals(FILE *f, const struct vrrp_config *c)
{
	if (c->router_id[0] != '\0')
		print_string(f, "", "router_id", c->router_id);
	(void)fprintf(f, "realtime_priority = %d\n", c->realtime_priority);
	if (c->client_grace_ns > 0)
		print_span(f, "", "client_grace", c->client_grace_ns);
	if (c->check_user[0] != '\0')
		print_string(f, "", "check_user", c->check_user);
	if (c->nonlocal_bind)
		(void)fprintf(f, "nonlocal_bind = yes\n");
}

/* --- for callers --- */

struct text {
	char	*bytes;
	size_t	 len;
};

static char *
finished(FILE *f, struct text *t)
{
	if (fclose(f) == 0)
		return t->bytes;
	free(t->bytes);
	return NULL;
}

char *
vrrp_conf_print(const struct vrrp_config *c)
{
	struct text t = { NULL, 0 };
	FILE *f = open_memstream(&t.bytes, &t.len);
	unsigned i;

	if (f == NULL)
		return NULL;
	print_globals(f, c);
	for (i = 0; i < c->tracker_count; i++)
		if (c->trackers[i].kind != VRRP_TRACK_ROUTE)
			print_tracker(f, &c->trackers[i]);
	for (i = 0; i < c->count; i++)
		print_instance(f, c, &c->instances[i]);
	for (i = 0; i < c->group_count; i++)
		print_group(f, c, &c->groups[i]);
	return finished(f, &t);
}

char *
vrrp_conf_print_globals(const struct vrrp_config *c)
{
	struct text t = { NULL, 0 };
	FILE *f = open_memstream(&t.bytes, &t.len);

	if (f == NULL)
		return NULL;
	print_globals(f, c);
	return finished(f, &t);
}

char *
vrrp_conf_print_instance(const struct vrrp_params *p)
{
	struct text t = { NULL, 0 };
	FILE *f = open_memstream(&t.bytes, &t.len);

	if (f == NULL)
		return NULL;
	print_instance(f, NULL, p);
	return finished(f, &t);
}

char *
vrrp_conf_print_tracker(const struct vrrp_tracker_params *p)
{
	struct text t = { NULL, 0 };
	FILE *f = open_memstream(&t.bytes, &t.len);

	if (f == NULL)
		return NULL;
	print_tracker(f, p);
	return finished(f, &t);
}

char *
vrrp_conf_print_group(const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	struct text t = { NULL, 0 };
	FILE *f = open_memstream(&t.bytes, &t.len);

	if (f == NULL)
		return NULL;
	print_group(f, c, g);
	return finished(f, &t);
}
