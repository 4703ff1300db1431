/*
 * vrrp_conf.c - vrrpd.conf(5) to struct vrrp_config and back.
 *
 * libconfuse knows the block syntax and nothing of our values: every value is
 * handed to us as a word with its place, and read by the functions of
 * conf_words.h, so that every error names its line and all errors of a file
 * are found in one go.  Only what libconfuse itself refuses, a syntax error or
 * an unknown word, ends the file at once.
 *
 * Three steps: parse a file into words, build the instances out of the words,
 * and when all files are read, check instances against each other.
 *
 * include is ours and not libconfuse's: the file is put into a queue and read as
 * a file of its own after the one that names it, with the same checks.  It may
 * stand at the top level only, which is where it is useful.
 *
 * A new word touches: vrrp_params.h, here (table, build, print), its user, the
 * man page, a golden in test/conf/vrrpd.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_parse.h"
#include "vrrpd/config/vrrp_conf_track.h"

#define BFD_INTERVAL_DEFAULT_NS	ns_from_ms(10)
#define BFD_MULTIPLIER_DEFAULT	3
#define GARP_REPEAT_MAX		100
#define VIPS_MAX_IPV6		90	/* V-6: (1500 - 48) / 16 */

static int	include_parse(cfg_t *, cfg_opt_t *, const char *, void *);

static void __attribute__((format(printf, 4, 5)))
warn(struct parse *p, const char *file, int line, const char *fmt, ...)
{
	char text[sizeof(((struct conf_error *)0)->text)];
	va_list ap;

	if (p->warnings == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	conf_errors_add(p->warnings, file, line, "%s", text);
}

int
vrrp_conf_advert_int(const char *text, uint8_t version, uint16_t *cs, char *why,
    size_t len)
{
	int64_t ns;
	int rv;

	rv = span_parse(text, NS_PER_CS, &ns);
	if (rv == -EINVAL)
		return refuse(why, len, "advert_int = %s: must be a number of "
		    "centiseconds, or a time such as 10ms or 1s", text);
	if (version == 2) {
		if (rv != 0 || ns < NS_PER_S || ns > 255 * NS_PER_S)
			return refuse(why, len, "advert_int = %s: version 2 "
			    "has 1s to 255s%s", text,
			    rv == 0 && ns < NS_PER_S ?
			    "; less needs version = 3" : "");
		if (ns % NS_PER_S != 0)
			return refuse(why, len, "advert_int = %s: version 2 "
			    "has whole seconds only; use version = 3", text);
	} else if (rv != 0 || ns < NS_PER_CS ||
	    ns > VRRP_ADVERT_INT_MAX * NS_PER_CS)
		return refuse(why, len, "advert_int = %s: must be from 1 to %d "
		    "centiseconds (10ms to 40950ms)", text,
		    VRRP_ADVERT_INT_MAX);
	if (ns % NS_PER_CS != 0)
		return refuse(why, len, "advert_int = %s: not a whole number "
		    "of centiseconds (10ms), which is what VRRP can send",
		    text);
	*cs = (uint16_t)(ns / NS_PER_CS);
	return 0;
}

int
vrrp_conf_priority(const char *text, uint8_t *priority, char *why, size_t len)
{
	long v;

	if (int_parse(text, 1, VRRP_PRIORITY_OWNER, &v) != 0)
		return refuse(why, len, "priority = %s: must be from 1 to 254 "
		    "(255 only for the owner of the addresses)", text);
	*priority = (uint8_t)v;
	return 0;
}

int
vrrp_conf_name(const char *text, char *why, size_t len)
{
	static const char *const taken[] = { "bfd", "history", "stats" };
	size_t i;

	if (name_parse("instance", text, VRRP_NAME_MAX - 1, why, len) != 0)
		return -EINVAL;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(text, taken[i]) == 0)
			return refuse(why, len, "instance name \"%s\" is a "
			    "word of vrrpctl show", text);
	return 0;
}

/* --- addresses of an instance --- */

static const char *
family_name(uint8_t family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

/* What is wrong with an ADDR/LEN that addr_prefix_parse() refuses. */
static void
prefix_bad(struct parse *p, int line, const char *text)
{
	char host[ADDR_PREFIX_STRLEN];
	const char *slash = strchr(text, '/');
	struct addr a;

	if (slash != NULL && (size_t)(slash - text) < sizeof(host)) {
		(void)snprintf(host, sizeof(host), "%.*s", (int)(slash - text),
		    text);
		if (addr_parse(host, &a) == 0) {
			bad(p, line, "virtual address %s: the netmask of an "
			    "%s address is /0 to /%zu", text,
			    family_name(a.family), addr_len(a.family) * 8);
			return;
		}
	}
	bad(p, line, "virtual address %s: not an IPv4 or IPv6 address", text);
}

static struct vrrp_vip *
vip_add(struct parse *p, struct vrrp_params *v, struct places *pl, int line,
    const char *text)
{
	struct addr_prefix prefix;
	struct vrrp_vip *vip;

	if (addr_prefix_parse(text, &prefix) != 0) {
		prefix_bad(p, line, text);
		return NULL;
	}
	if (!addr_is_host(&prefix.addr)) {
		bad(p, line, "virtual address %s: not the address of a host",
		    text);
		return NULL;
	}
	if (v->vip_count > 0 && prefix.addr.family != v->family) {
		bad(p, line, "virtual address %s is %s, the one on line %d is "
		    "%s: an instance has one family, make two instances", text,
		    family_name(prefix.addr.family), pl->vips[0],
		    family_name(v->family));
		return NULL;
	}
	if (v->vip_count == (prefix.addr.family == AF_INET6 ? VIPS_MAX_IPV6 :
	    VRRP_VIPS_MAX)) {
		bad(p, line, "instance %s has more than %u addresses", v->name,
		    v->vip_count);
		return NULL;
	}
	v->family = prefix.addr.family;
	pl->vips[v->vip_count] = line;
	vip = &v->vips[v->vip_count++];
	vip->prefix = prefix;
	return vip;
}

static void
vip_add_long(struct parse *p, struct vrrp_params *v, struct places *pl,
    cfg_t *sec)
{
	const struct word *label = word_get(sec, "label");
	struct vrrp_vip *vip;
	size_t i;

	vip = vip_add(p, v, pl, begin_line(sec), cfg_title(sec));
	if (vip == NULL)
		return;
	(void)read_interface(p, sec, "device", vip->device);
	if (label == NULL)
		return;
	if (v->family == AF_INET6) {
		bad(p, label->line, "label: only IPv4 addresses have one");
		return;
	}
	for (i = 0; label->text[i] != '\0'; i++)
		if (!isgraph((unsigned char)label->text[i]))
			break;
	if (i == 0 || i >= IF_NAMESIZE || label->text[i] != '\0') {
		bad(p, label->line, "label = %s: must have 1 to %d characters, "
		    "no space", label->text, IF_NAMESIZE - 1);
		return;
	}
	(void)snprintf(vip->label, sizeof(vip->label), "%s", label->text);
}

static void
build_vips(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	const struct word *w;
	unsigned i;

	for (i = 0; i < word_count(sec, "virtual_addresses"); i++) {
		w = word_nth(sec, "virtual_addresses", i);
		(void)vip_add(p, v, pl, w->line, w->text);
	}
	for (i = 0; i < cfg_size(sec, "virtual_address"); i++)
		vip_add_long(p, v, pl, cfg_getnsec(sec, "virtual_address", i));
	if (v->vip_count == 0) {
		if (word_count(sec, "virtual_addresses") == 0 &&
		    cfg_size(sec, "virtual_address") == 0)
			bad(p, pl->declared, "instance %s has no "
			    "virtual_addresses", v->name);
		return;
	}
	if (v->family == AF_INET6 &&
	    !addr_is_link_local(&v->vips[0].prefix.addr))	/* V-4 */
		bad(p, pl->vips[0], "the first virtual address of an "
		    "IPv6 instance must be link-local (fe80::/10)");
}

static void
build_unicast(struct parse *p, cfg_t *sec, struct vrrp_params *v)
{
	const struct word *w;
	struct addr a;
	unsigned i, j;

	const struct word *ttl = word_get(sec, "unicast_min_ttl");
	long n;

	if (read_int(p, sec, "unicast_min_ttl", 1, 255, &n))
		v->unicast_min_ttl = (uint8_t)n;
	if (ttl != NULL && word_count(sec, "unicast_peers") == 0)
		bad(p, ttl->line, "unicast_min_ttl is for unicast_peers: "
		    "multicast adverts never pass a router");
	for (i = 0; i < word_count(sec, "unicast_peers"); i++) {
		w = word_nth(sec, "unicast_peers", i);
		if (!addr_read(p, w->line, "unicast peer", w->text, &a))
			continue;
		if (v->vip_count > 0 && a.family != v->family) {
			bad(p, w->line, "unicast peer %s: the addresses of "
			    "instance %s are %s", w->text, v->name,
			    family_name(v->family));
			continue;
		}
		if (a.family == AF_INET6 && !addr_is_link_local(&a)) {
			bad(p, w->line, "unicast peer %s: IPv6 adverts come "
			    "from link-local addresses; name the one of the "
			    "peer", w->text);			/* V-24 */
			continue;
		}
		for (j = 0; j < v->unicast_count; j++)
			if (addr_equal(&v->unicast_peers[j], &a))
				break;
		if (j < v->unicast_count) {
			bad(p, w->line, "unicast peer %s is given twice",
			    w->text);
			continue;
		}
		if (v->unicast_count == VRRP_PEERS_MAX) {
			bad(p, w->line, "more than %d unicast peers",
			    VRRP_PEERS_MAX);
			return;
		}
		v->unicast_peers[v->unicast_count++] = a;
	}
}

/* --- bfd and track blocks --- */

/* Peers that are not named (L-27). */
static bool
is_bfd_auto(cfg_t *sec)
{
	return strcmp(cfg_title(sec), "auto") == 0;
}

static void
build_bfd_role(struct parse *p, cfg_t *sec, struct vrrp_bfd_params *b)
{
	const struct word *role = word_get(sec, "role");
	const struct word *on = word_get(sec, "takeover_on");

	if (role == NULL && is_bfd_auto(sec))
		b->role = VRRP_BFD_PEER;
	else if (role == NULL)
		bad(p, begin_line(sec), "bfd %s: no role (peer: the other "
		    "router; link: my own uplink)", cfg_title(sec));
	else if (strcmp(role->text, "peer") == 0)
		b->role = VRRP_BFD_PEER;
	else if (strcmp(role->text, "link") == 0 && is_bfd_auto(sec))
		bad(p, role->line, "bfd auto is about the other routers: "
		    "role = peer");
	else if (strcmp(role->text, "link") == 0)
		b->role = VRRP_BFD_LINK;
	else
		bad(p, role->line, "role = %s: must be peer or link",
		    role->text);

	if (on != NULL && b->role == VRRP_BFD_LINK)
		bad(p, on->line, "takeover_on is for role = peer");
	else if (on != NULL && strcmp(on->text, "any") == 0)
		b->takeover_on = VRRP_TAKEOVER_ANY;
	else if (on != NULL && strcmp(on->text, "timeout") != 0)
		bad(p, on->line, "takeover_on = %s: must be timeout or any",
		    on->text);
	track_build_link(p, sec, b);
}

/* It needs neighbours it can hear.  A second one is a title given twice. */
static void
build_bfd_auto(struct parse *p, cfg_t *sec, const struct vrrp_bfd_params *b,
    struct vrrp_params *v, struct places *pl)
{
	int line = begin_line(sec);

	if (v->unicast_count > 0 && v->unicast_min_ttl < 255)
		bad(p, line, "bfd auto is for routers on the same link: with "
		    "unicast_min_ttl = %u name the peers", v->unicast_min_ttl);
	pl->bfd_auto = line;
	v->has_bfd_auto = true;
	v->bfd_auto = *b;
}

static void
build_bfd(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	struct vrrp_bfd_params b;
	const struct word *w;
	int line = begin_line(sec);
	unsigned i;
	long n;

	memset(&b, 0, sizeof(b));
	b.role = VRRP_BFD_PEER;
	b.takeover_on = VRRP_TAKEOVER_TIMEOUT;
	b.multiplier = BFD_MULTIPLIER_DEFAULT;
	b.min_tx_ns = b.min_rx_ns = BFD_INTERVAL_DEFAULT_NS;

	build_bfd_role(p, sec, &b);
	if ((w = word_get(sec, "interval")) != NULL &&
	    (word_get(sec, "min_tx") != NULL ||
	    word_get(sec, "min_rx") != NULL))
		bad(p, w->line, "interval sets min_tx and min_rx: give one or "
		    "the others");
	(void)read_bfd_interval(p, sec, "interval", &b.min_tx_ns);
	b.min_rx_ns = b.min_tx_ns;
	(void)read_bfd_interval(p, sec, "min_tx", &b.min_tx_ns);
	(void)read_bfd_interval(p, sec, "min_rx", &b.min_rx_ns);
	if (read_int(p, sec, "multiplier", 1, 255, &n))
		b.multiplier = (uint8_t)n;

	if (is_bfd_auto(sec)) {
		build_bfd_auto(p, sec, &b, v, pl);
		return;
	}
	if (!addr_read(p, line, "bfd", cfg_title(sec), &b.peer))
		return;
	if (b.role == VRRP_BFD_PEER && v->vip_count > 0 &&
	    b.peer.family != v->family) {
		bad(p, line, "bfd %s: the addresses of instance %s are %s",
		    cfg_title(sec), v->name, family_name(v->family));
		return;
	}
	/* Its session is matched with who sends the adverts (L-10, V-24). */
	if (b.role == VRRP_BFD_PEER && b.peer.family == AF_INET6 &&
	    !addr_is_link_local(&b.peer)) {
		bad(p, line, "bfd %s: adverts come from link-local addresses: "
		    "for role = peer name that of the other router",
		    cfg_title(sec));
		return;
	}
	for (i = 0; i < v->bfd_count; i++)
		if (addr_equal(&v->bfd[i].peer, &b.peer)) {
			bad(p, line, "bfd %s is given twice (first on line %d)",
			    cfg_title(sec), pl->bfd[i]);
			return;
		}
	if (v->bfd_count == VRRP_PEERS_MAX) {
		bad(p, line, "more than %d bfd blocks", VRRP_PEERS_MAX);
		return;
	}
	pl->bfd[v->bfd_count] = line;
	v->bfd[v->bfd_count++] = b;
}

/* --- an instance --- */

/* Version first: it says what advert_int may be. */
static void
build_protocol(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	const struct word *w;
	char why[160];
	long n;

	if (read_int(p, sec, "version", 2, 3, &n))
		v->version = (uint8_t)n;
	if (read_bool(p, sec, "also_version_2", &v->also_version_2) &&
	    v->also_version_2 && v->version == 2)
		bad(p, word_get(sec, "also_version_2")->line, "also_version_2 "
		    "is for version = 3: this instance speaks version 2 only");

	pl->vrid = pl->declared;
	if ((w = word_get(sec, "virtual_router_id")) == NULL)
		bad(p, pl->declared, "instance %s has no virtual_router_id",
		    v->name);
	else {
		pl->vrid = w->line;
		if (read_int(p, sec, "virtual_router_id", 1, 255, &n))
			v->vrid = (uint8_t)n;
	}

	if ((w = word_get(sec, "priority")) != NULL) {
		if (vrrp_conf_priority(w->text, &v->priority, why,
		    sizeof(why)) != 0)
			bad(p, w->line, "%s", why);
	}
	if ((w = word_get(sec, "advert_int")) != NULL &&
	    vrrp_conf_advert_int(w->text, v->version, &v->advert_int_cs, why,
	    sizeof(why)) != 0)
		bad(p, w->line, "%s", why);

	if ((w = word_get(sec, "auth_pass")) != NULL) {
		if (v->version != 2 && !v->also_version_2)
			bad(p, w->line, "auth_pass: only version 2 has "
			    "passwords");
		else if (w->text[0] == '\0' || strlen(w->text) > 8)
			bad(p, w->line, "auth_pass: must have 1 to 8 "
			    "characters, this has %zu", strlen(w->text));
		else {
			v->auth_len = (uint8_t)strlen(w->text);
			memcpy(v->auth_pass, w->text, v->auth_len);
		}
	}
}

static void
build_behaviour(struct parse *p, cfg_t *sec, struct vrrp_params *v)
{
	const struct word *w;

	(void)read_bool(p, sec, "preempt", &v->preempt);
	(void)read_span(p, sec, "preempt_delay", 0, SPAN_MAX_NS,
	    &v->preempt_delay_ns);
	(void)read_span(p, sec, "takeover_confirm", 0, NS_PER_S,
	    &v->takeover_confirm_ns);
	(void)read_bool(p, sec, "accept", &v->accept);
	(void)read_bool(p, sec, "virtual_mac", &v->virtual_mac);
	if ((w = word_get(sec, "checksum_compat")) != NULL) {
		if (strcmp(w->text, "auto") == 0)
			v->checksum_compat = VRRP_CHECKSUM_AUTO;
		else if (strcmp(w->text, "rfc9568") == 0)
			v->checksum_compat = VRRP_CHECKSUM_RFC9568;
		else if (strcmp(w->text, "legacy") == 0)
			v->checksum_compat = VRRP_CHECKSUM_LEGACY;
		else
			bad(p, w->line, "checksum_compat = %s: must be auto, "
			    "rfc9568 or legacy", w->text);
	}
}

static void
build_announcements(struct parse *p, cfg_t *sec, struct vrrp_params *v)
{
	long n;

	if (read_int(p, sec, "garp_repeat", 1, GARP_REPEAT_MAX, &n))
		v->garp_repeat = (unsigned)n;
	(void)read_span(p, sec, "garp_interval", ns_from_ms(1), 60 * NS_PER_S,
	    &v->garp_interval_ns);
	(void)read_span(p, sec, "garp_refresh", 0, SPAN_MAX_NS,
	    &v->garp_refresh_ns);
}

static void
build_instance(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	char why[160];
	unsigned i;

	vrrp_params_init(v);
	pl->file = p->file;
	pl->declared = begin_line(sec);
	v->line = pl->declared;
	if (vrrp_conf_name(cfg_title(sec), why, sizeof(why)) != 0)
		bad(p, pl->declared, "%s", why);
	(void)snprintf(v->name, sizeof(v->name), "%s", cfg_title(sec));

	if (word_get(sec, "interface") == NULL)
		bad(p, pl->declared, "instance %s has no interface", v->name);
	else
		(void)read_interface(p, sec, "interface", v->interface);
	build_protocol(p, sec, v, pl);
	build_behaviour(p, sec, v);
	build_announcements(p, sec, v);
	build_vips(p, sec, v, pl);
	if ((v->version == 2 || v->also_version_2) && v->family == AF_INET6)
		bad(p, pl->vips[0], "version 2 has no IPv6");
	build_unicast(p, sec, v);
	for (i = 0; i < cfg_size(sec, "bfd"); i++)
		build_bfd(p, cfg_getnsec(sec, "bfd", i), v, pl);
	track_build_links(p, sec, v);
	track_build_refs(p, sec, v->tracks, pl->tracks, &v->track_count);
	track_build_notify(p, sec, &v->notify);
}

static int
add_instance(struct draft *d, cfg_t *sec)
{
	struct parse *p = &d->p;
	struct vrrp_config *c = &d->config;
	struct vrrp_params *instances;
	struct places **places;
	struct places *pl;

	if (c->count == VRRP_INSTANCES_MAX) {
		bad(p, begin_line(sec), "more than %d instances",
		    VRRP_INSTANCES_MAX);
		return -EINVAL;
	}
	instances = realloc(c->instances, (c->count + 1) * sizeof(*instances));
	if (instances == NULL)
		return -ENOMEM;
	c->instances = instances;
	places = realloc(d->places, (c->count + 1) * sizeof(struct places *));
	if (places == NULL)
		return -ENOMEM;
	d->places = places;
	if ((pl = calloc(1, sizeof(*pl))) == NULL)
		return -ENOMEM;
	d->places[d->places_count++] = pl;
	build_instance(p, sec, &c->instances[c->count], pl);
	c->count++;
	return 0;
}

static int
add_group(struct draft *d, cfg_t *sec)
{
	struct parse *p = &d->p;
	struct group_words *g;
	const struct word *w;
	char why[160];
	unsigned i;

	if (d->group_count == VRRP_GROUPS_MAX) {
		bad(p, begin_line(sec), "more than %d groups",
		    VRRP_GROUPS_MAX);
		return -EINVAL;
	}
	if ((g = calloc(1, sizeof(*g))) == NULL)
		return -ENOMEM;
	d->groups[d->group_count++] = g;
	g->file = p->file;
	g->line = begin_line(sec);
	if ((g->name = strdup(cfg_title(sec))) == NULL)
		return -ENOMEM;
	if (name_parse("group", g->name, VRRP_NAME_MAX - 1, why,
	    sizeof(why)) != 0)
		bad(p, g->line, "%s", why);
	if (word_count(sec, "members") == 0)
		bad(p, g->line, "group %.40s has no members", g->name);
	for (i = 0; i < word_count(sec, "members"); i++) {
		w = word_nth(sec, "members", i);
		if (g->count == VRRP_INSTANCES_MAX) {
			bad(p, w->line, "group %.40s has more than %d members",
			    g->name, VRRP_INSTANCES_MAX);
			break;
		}
		g->members[g->count].line = w->line;
		g->members[g->count].text = strdup(w->text);
		if (g->members[g->count++].text == NULL)
			return -ENOMEM;
	}
	track_build_refs(p, sec, g->tracks, g->track_lines, &g->track_count);
	track_build_notify(p, sec, &g->notify);
	return 0;
}

static void
free_group_words(struct group_words *g)
{
	unsigned i;

	for (i = 0; i < g->count; i++)
		free(g->members[i].text);
	free(g->name);
	free(g);
}

/* --- a file --- */

static void
build_globals(struct draft *d, cfg_t *root)
{
	struct parse *p = &d->p;
	const struct word *w;
	size_t i;
	long n;

	if ((w = word_get(root, "router_id")) != NULL) {
		for (i = 0; w->text[i] != '\0'; i++)
			if (iscntrl((unsigned char)w->text[i]))
				break;
		if (d->router_id_set)
			bad(p, w->line, "router_id is given in two files");
		else if (i == 0 || i >= sizeof(d->config.router_id) ||
		    w->text[i] != '\0')
			bad(p, w->line, "router_id: must have 1 to %zu "
			    "printable characters",
			    sizeof(d->config.router_id) - 1);
		else
			(void)snprintf(d->config.router_id,
			    sizeof(d->config.router_id), "%s", w->text);
		d->router_id_set = true;
	}
	if (read_int(p, root, "realtime_priority", 0, 99, &n)) {
		if (d->realtime_set)
			bad(p, word_get(root, "realtime_priority")->line,
			    "realtime_priority is given in two files");
		d->config.realtime_priority = (int)n;
		d->realtime_set = true;
	}
	if (read_span(p, root, "client_grace", 0, GRACE_MAX_NS,
	    &d->config.client_grace_ns)) {
		if (d->grace_set)
			bad(p, word_get(root, "client_grace")->line,
			    "client_grace is given in two files");
		d->grace_set = true;
	}
}

static int
parse_one(struct draft *d, const char *text)
{
	struct parse *p = &d->p;
	cfg_opt_t address_opts[] = {
		BEGINNING,
		WORD("device"),
		WORD("label"),
		CFG_END()
	};
	cfg_opt_t bfd_opts[] = {
		BEGINNING,
		WORD("role"),
		WORD("interval"),
		WORD("min_tx"),
		WORD("min_rx"),
		WORD("multiplier"),
		WORD("interface"),
		WORD("multihop"),
		WORD("weight"),
		WORD("reverse"),
		WORD("up_delay"),
		WORD("takeover_on"),
		CFG_END()
	};
	cfg_opt_t instance_opts[] = {
		BEGINNING,
		WORD("interface"),
		WORD("virtual_router_id"),
		WORD("version"),
		WORD("also_version_2"),
		WORD("priority"),
		WORD("advert_int"),
		WORD("preempt"),
		WORD("preempt_delay"),
		WORD("takeover_confirm"),
		WORD("accept"),
		WORD("virtual_mac"),
		WORD("checksum_compat"),
		WORD("auth_pass"),
		WORD("garp_repeat"),
		WORD("garp_interval"),
		WORD("garp_refresh"),
		WORDS("virtual_addresses"),
		WORDS("unicast_peers"),
		WORD("unicast_min_ttl"),
		BLOCK("virtual_address", address_opts),
		BLOCK("bfd", bfd_opts),
		WORD("link_down_number"),
		WORD("last_resort"),
		BLOCK("track_interface", track_ref_opts()),
		BLOCK("track_script", track_ref_opts()),
		BLOCK("track_process", track_ref_opts()),
		BLOCK("track_tcp", track_ref_opts()),
		BLOCK("track_http", track_ref_opts()),
		BLOCK("track_ping", track_ref_opts()),
		BLOCK("track_file", track_ref_opts()),
		WORD("notify"),
		WORD("notify_user"),
		WORD("notify_timeout"),
		WORD("notify_states"),
		CFG_END()
	};
	cfg_opt_t group_opts[] = {
		BEGINNING,
		WORDS("members"),
		BLOCK("track_interface", track_ref_opts()),
		BLOCK("track_script", track_ref_opts()),
		BLOCK("track_process", track_ref_opts()),
		BLOCK("track_tcp", track_ref_opts()),
		BLOCK("track_http", track_ref_opts()),
		BLOCK("track_ping", track_ref_opts()),
		BLOCK("track_file", track_ref_opts()),
		WORD("notify"),
		WORD("notify_user"),
		WORD("notify_timeout"),
		WORD("notify_states"),
		CFG_END()
	};
	cfg_opt_t root_opts[] = {
		WORD("router_id"),
		WORD("realtime_priority"),
		WORD("client_grace"),
		BLOCK("instance", instance_opts),
		BLOCK("group", group_opts),
		BLOCK("script", track_opts_of(VRRP_TRACK_SCRIPT)),
		BLOCK("process", track_opts_of(VRRP_TRACK_PROCESS)),
		BLOCK("tcp", track_opts_of(VRRP_TRACK_TCP)),
		BLOCK("http", track_opts_of(VRRP_TRACK_HTTP)),
		BLOCK("ping", track_opts_of(VRRP_TRACK_PING)),
		BLOCK("file", track_opts_of(VRRP_TRACK_FILE)),
		CFG_PTR_LIST_CB("include", 0, CFGF_NODEFAULT, include_parse,
		    free),
		CFG_END()
	};
	cfg_t *root;
	unsigned i;
	int rv;

	if ((root = cfg_init(root_opts, CFGF_NONE)) == NULL)
		return -ENOMEM;
	rv = parse_words(p, root, text);
	if (rv == 0) {
		build_globals(d, root);
		for (i = 0; i < cfg_size(root, "instance") && rv == 0; i++)
			rv = add_instance(d, cfg_getnsec(root, "instance", i));
		for (i = 0; i < cfg_size(root, "group") && rv == 0; i++)
			rv = add_group(d, cfg_getnsec(root, "group", i));
		if (rv == 0)
			rv = track_build_trackers(d, root);
	}
	(void)cfg_free(root);
	return rv;
}

/*
 * Puts a file into the queue; relative to the folder of the one it is in.  The
 * value libconfuse keeps is of no use: include may be said again and again.
 */
static int
include_parse(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct parse *p = parse_running();
	struct draft *d = p->grammar;
	const char *slash = strrchr(p->file, '/');
	struct source *s;
	unsigned i;
	char *path;
	int rv;

	(void)opt;
	*(void **)result = NULL;
	if (value[0] == '\0') {
		bad(p, cfg->line, "include: no file is named");
		return 0;
	}
	if (value[0] == '/' || slash == NULL)
		rv = asprintf(&path, "%s", value);
	else
		rv = asprintf(&path, "%.*s/%s", (int)(slash - p->file), p->file,
		    value);
	if (rv < 0)
		return -1;
	for (i = 0; i < d->source_count; i++)
		if (strcmp(d->sources[i].path, path) == 0)
			break;
	if (i < d->source_count || d->source_count == FILES_MAX) {
		if (i < d->source_count)
			bad(p, cfg->line, "include %s: is read already", path);
		else
			bad(p, cfg->line, "include %s: more than %d files",
			    path, FILES_MAX);
		free(path);
		return 0;
	}
	s = &d->sources[d->source_count++];
	s->path = path;
	s->from = p->file;
	s->line = cfg->line;
	return 0;
}

/* An included file: what is wrong with reading it is said where it is named. */
static int
parse_included(struct draft *d, const struct source *s)
{
	struct parse *p = &d->p;
	struct conf_errors *why;
	char *text;
	int rv;

	if ((why = calloc(1, sizeof(*why))) == NULL)
		return -ENOMEM;
	if ((rv = conf_read_file(s->path, &text, why)) != 0)
		conf_errors_add(p->errors, s->from, s->line,
		    "include %s: %s", s->path, why->list[0].text);
	else {
		p->file = s->path;
		rv = parse_one(d, text);
		free(text);
	}
	free(why);
	return rv;
}

/* --- instances against each other --- */

static void
check_pair(struct draft *d, unsigned older, unsigned newer)
{
	struct parse *p = &d->p;
	const struct vrrp_params *a = &d->config.instances[older];
	const struct vrrp_params *b = &d->config.instances[newer];
	const struct places *pb = d->places[newer];

	if (strcmp(a->name, b->name) == 0)
		bad(p, pb->declared, "instance %s is declared twice (first in "
		    "%s:%d)", b->name, d->places[older]->file,
		    d->places[older]->declared);
	if (a->vrid != 0 && a->vrid == b->vrid && a->family == b->family &&
	    a->interface[0] != '\0' && strcmp(a->interface, b->interface) == 0)
		bad(p, pb->vrid, "virtual_router_id = %u is taken on %s by "
		    "instance %s (%s:%d)", b->vrid, b->interface, a->name,
		    d->places[older]->file, d->places[older]->vrid);
}

static const char *
vip_device(const struct vrrp_params *v, const struct vrrp_vip *vip)
{
	return vip->device[0] != '\0' ? vip->device : v->interface;
}

/* Every address once per host; a link-local one once per interface. */
struct vip_ref {
	const struct vrrp_params	*v;
	const struct places		*pl;
	unsigned			 index;	/* of the address */
	unsigned			 order;	/* of the instance */
};

static int
vip_ref_cmp(const void *x, const void *y)
{
	const struct vip_ref *a = x, *b = y;
	const struct vrrp_vip *va = &a->v->vips[a->index];
	const struct vrrp_vip *vb = &b->v->vips[b->index];
	int rv;

	rv = addr_cmp(&va->prefix.addr, &vb->prefix.addr);
	if (rv == 0 && addr_is_link_local(&va->prefix.addr))
		rv = strcmp(vip_device(a->v, va), vip_device(b->v, vb));
	if (rv == 0)
		rv = a->order < b->order ? -1 : a->order > b->order;
	if (rv == 0)
		rv = a->index < b->index ? -1 : a->index > b->index;
	return rv;
}

static void
check_same_vip(struct parse *p, const struct vip_ref *a,
    const struct vip_ref *b)
{
	const struct vrrp_vip *x = &a->v->vips[a->index];
	const struct vrrp_vip *y = &b->v->vips[b->index];
	char text[ADDR_STRLEN];

	if (!addr_equal(&x->prefix.addr, &y->prefix.addr))
		return;
	if (addr_is_link_local(&x->prefix.addr) &&
	    strcmp(vip_device(a->v, x), vip_device(b->v, y)) != 0)
		return;
	p->file = b->pl->file;
	(void)addr_format(&y->prefix.addr, text, sizeof(text));
	if (a->v == b->v)
		bad(p, b->pl->vips[b->index], "virtual address %s is given "
		    "twice (first on line %d)", text, a->pl->vips[a->index]);
	else
		bad(p, b->pl->vips[b->index], "virtual address %s is in "
		    "instance %s already (%s:%d)", text, a->v->name,
		    a->pl->file, a->pl->vips[a->index]);
}

/* B-116: a session to a virtual address would end at whoever holds it. */
static void
check_bfd_peers(struct draft *d, const struct vip_ref *refs, size_t count,
    unsigned instance)
{
	struct parse *p = &d->p;
	const struct vrrp_params *v = &d->config.instances[instance];
	const struct places *pl = d->places[instance];
	char text[ADDR_STRLEN];
	unsigned i;
	size_t lo, hi, mid;
	int rv;

	for (i = 0; i < v->bfd_count; i++) {
		for (lo = 0, hi = count; lo < hi; ) {
			mid = lo + (hi - lo) / 2;
			rv = addr_cmp(&refs[mid].v->vips[refs[mid].index]
			    .prefix.addr, &v->bfd[i].peer);
			if (rv == 0) {
				bad(p, pl->bfd[i], "bfd %s is a virtual address"
				    " (%s:%d): name the router's own address",
				    addr_format(&v->bfd[i].peer, text,
				    sizeof(text)), refs[mid].pl->file,
				    refs[mid].pl->vips[refs[mid].index]);
				break;
			}
			if (rv < 0)
				lo = mid + 1;
			else
				hi = mid;
		}
	}
}

/* L-1: a session slower than VRRP's own earliest detection gains nothing. */
static void
check_bfd_block(struct parse *p, const struct vrrp_params *v,
    const struct vrrp_bfd_params *b, const char *file, int line)
{
	int64_t interval, skew, earliest, detection;
	char peer[ADDR_STRLEN] = "auto";

	interval = ns_from_cs(v->advert_int_cs);
	skew = (256 - v->priority) * (v->version == 2 ? NS_PER_S : interval) /
	    256;
	earliest = 2 * interval + skew;
	detection = b->min_rx_ns * b->multiplier;
	if (b->role != VRRP_BFD_PEER || detection < earliest)
		return;
	if (addr_is_set(&b->peer))
		(void)addr_format(&b->peer, peer, sizeof(peer));
	warn(p, file, line, "bfd %s finds a dead router after %.1f ms, VRRP "
	    "itself after %.1f to %.1f ms: it gains nothing", peer,
	    (double)detection / 1e6, (double)earliest / 1e6,
	    (double)(earliest + interval) / 1e6);
}

static void
check_bfd_speed(struct draft *d, unsigned instance)
{
	struct parse *p = &d->p;
	const struct vrrp_params *v = &d->config.instances[instance];
	const struct places *pl = d->places[instance];
	unsigned i;

	for (i = 0; i < v->bfd_count; i++)
		check_bfd_block(p, v, &v->bfd[i], pl->file, pl->bfd[i]);
	if (v->has_bfd_auto)
		check_bfd_block(p, v, &v->bfd_auto, pl->file, pl->bfd_auto);
}

static unsigned
find_instance(const struct vrrp_config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->instances[i].name, name) == 0)
			break;
	return i;
}

/* group_of: which group an instance is in, counted from 1; 0: none yet. */
static int
check_group(struct draft *d, const struct group_words *w, unsigned *group_of)
{
	struct parse *p = &d->p;
	struct vrrp_config *c = &d->config;
	struct vrrp_group_params *g = &c->groups[c->group_count];
	const struct vrrp_params *v;
	unsigned i, at;

	p->file = w->file;
	for (i = 0; i < c->group_count; i++)
		if (strcmp(c->groups[i].name, w->name) == 0)
			bad(p, w->line, "group %s is declared twice (first in "
			    "%s:%d)", w->name, d->groups[i]->file,
			    d->groups[i]->line);
	(void)snprintf(g->name, sizeof(g->name), "%s", w->name);
	g->line = w->line;
	g->members = calloc(w->count + 1, sizeof(*g->members));
	c->group_count++;
	if (g->members == NULL)
		return -ENOMEM;
	for (i = 0; i < w->count; i++) {
		at = find_instance(c, w->members[i].text);
		if (at == c->count) {
			bad(p, w->members[i].line, "group %s: there is no "
			    "instance \"%.40s\"", g->name, w->members[i].text);
			continue;
		}
		v = &c->instances[at];
		if (group_of[at] == c->group_count)
			bad(p, w->members[i].line, "group %s: %s is named "
			    "twice", g->name, v->name);
		else if (group_of[at] != 0)
			bad(p, w->members[i].line, "group %s: %s is a member "
			    "of group %s already", g->name, v->name,
			    c->groups[group_of[at] - 1].name);
		else if (v->priority == VRRP_PRIORITY_OWNER)
			bad(p, w->members[i].line, "group %s: %s owns its "
			    "address (priority = 255) and cannot be kept from "
			    "being Active", g->name, v->name);
		group_of[at] = c->group_count;
		g->members[g->count++] = at;
	}
	track_check_group(d, w, g);
	return 0;
}

static int
check_groups(struct draft *d)
{
	struct vrrp_config *c = &d->config;
	unsigned *group_of, i;
	int rv = 0;

	group_of = calloc(c->count + 1, sizeof(*group_of));
	c->groups = calloc(d->group_count + 1, sizeof(*c->groups));
	if (group_of == NULL || c->groups == NULL)
		rv = -ENOMEM;
	for (i = 0; i < d->group_count && rv == 0; i++)
		rv = check_group(d, d->groups[i], group_of);
	free(group_of);
	return rv;
}

static int
check_config(struct draft *d)
{
	struct parse *p = &d->p;
	struct vrrp_config *c = &d->config;
	struct vip_ref *refs;
	size_t count = 0, n;
	unsigned i, j;

	for (i = 0; i < c->count; i++)
		count += c->instances[i].vip_count;
	if ((refs = calloc(count + 1, sizeof(*refs))) == NULL)
		return -ENOMEM;
	for (i = 0, n = 0; i < c->count; i++)
		for (j = 0; j < c->instances[i].vip_count; j++)
			refs[n++] = (struct vip_ref){ &c->instances[i],
			    d->places[i], j, i };
	qsort(refs, count, sizeof(*refs), vip_ref_cmp);

	for (i = 0; i < c->count; i++) {
		p->file = d->places[i]->file;
		for (j = 0; j < i; j++)
			check_pair(d, j, i);
		check_bfd_peers(d, refs, count, i);
		check_bfd_speed(d, i);
		track_check_links(d, i);
	}
	track_check_names(d);
	for (n = 1; n < count; n++)
		check_same_vip(p, &refs[n - 1], &refs[n]);
	free(refs);
	return check_groups(d);
}

/* --- the whole --- */

void
vrrp_config_free(struct vrrp_config *c)
{
	unsigned i;

	if (c == NULL)
		return;
	for (i = 0; i < c->group_count; i++)
		free(c->groups[i].members);
	free(c->groups);
	c->groups = NULL;
	c->group_count = 0;
	free(c->trackers);
	c->trackers = NULL;
	c->tracker_count = 0;
	free(c->instances);
	c->instances = NULL;
	c->count = 0;
}

static unsigned
source_index(const struct draft *d, const struct conf_error *e)
{
	unsigned i;

	for (i = 0; i < d->source_count; i++)
		if (strncmp(d->sources[i].path, e->file,
		    sizeof(e->file) - 1) == 0)
			break;
	return i;
}

/* They were found in three passes; people read from top to bottom. */
static void
sort_errors(const struct draft *d, struct conf_errors *list, unsigned from)
{
	unsigned end, i, j, a, b;
	struct conf_error e;

	end = list->count < CONF_ERRORS_MAX ? list->count : CONF_ERRORS_MAX;
	for (i = from + 1; i < end; i++) {
		e = list->list[i];
		b = source_index(d, &e);
		for (j = i; j > from; j--) {
			a = source_index(d, &list->list[j - 1]);
			if (a < b || (a == b &&
			    list->list[j - 1].line <= e.line))
				break;
			list->list[j] = list->list[j - 1];
		}
		list->list[j] = e;
	}
}

int
vrrp_conf_parse_text(const char *text, const char *filename, unsigned flags,
    struct vrrp_config *out, struct conf_errors *errors,
    struct conf_errors *warnings)
{
	struct draft *d;
	unsigned i, before = errors->count;
	int rv;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		goto nomem;
	d->flags = flags;
	d->p.grammar = d;
	d->p.errors = errors;
	d->p.warnings = warnings;
	d->config.realtime_priority = 50;
	if ((d->sources[0].path = strdup(filename)) == NULL)
		goto nomem;
	d->source_count = 1;
	d->p.file = d->sources[0].path;

	rv = parse_one(d, text);
	/* The queue grows while it is worked on. */
	for (i = 1; i < d->source_count && rv != -ENOMEM; i++)
		rv = parse_included(d, &d->sources[i]);
	if (rv != -ENOMEM)
		rv = check_config(d);
	if (rv == -ENOMEM)
		goto nomem;
	sort_errors(d, errors, before);
	if (errors->count == before) {
		*out = d->config;
		memset(&d->config, 0, sizeof(d->config));
	}
	goto out;
nomem:
	conf_errors_add(errors, filename, 0, "out of memory");
out:
	if (d != NULL) {
		for (i = 0; i < d->places_count; i++)
			free(d->places[i]);
		free(d->places);
		for (i = 0; i < d->group_count; i++)
			free_group_words(d->groups[i]);
		vrrp_config_free(&d->config);
		for (i = 0; i < d->source_count; i++)
			free(d->sources[i].path);
		free(d);
	}
	return errors->count == before ? 0 : -EINVAL;
}

int
vrrp_conf_parse_file(const char *path, struct vrrp_config *out,
    struct conf_errors *errors, struct conf_errors *warnings)
{
	char *text;
	int rv;

	if (conf_read_file(path, &text, errors) != 0)
		return -EINVAL;
	rv = vrrp_conf_parse_text(text, path, VRRP_CONF_LOOK, out, errors,
	    warnings);
	free(text);
	return rv;
}

/* --- printing --- */

static void
print_bool(FILE *f, const char *name, bool value)
{
	(void)fprintf(f, "    %s = %s\n", name, value ? "yes" : "no");
}

static bool
is_plain(const struct vrrp_vip *vip)
{
	return vip->device[0] == '\0' && vip->label[0] == '\0';
}

/*
 * The order counts (V-5), and the list is read before the blocks: the list
 * takes the plain addresses up to the first that needs a block.
 */
static void
print_vips(FILE *f, const struct vrrp_params *v)
{
	char text[ADDR_PREFIX_STRLEN];
	const char *sep;
	unsigned i, n;

	for (n = 0; n < v->vip_count && is_plain(&v->vips[n]); n++)
		continue;
	sep = n > 4 ? "\n        " : " ";
	for (i = 0; i < n; i++)
		(void)fprintf(f, "%s%s%s", i == 0 ? "    virtual_addresses = {"
		    : ",", sep, addr_prefix_format(&v->vips[i].prefix, text,
		    sizeof(text)));
	if (n > 0)
		(void)fprintf(f, "%s}\n", n > 4 ? "\n    " : " ");
	for (i = n; i < v->vip_count; i++) {
		(void)fprintf(f, "    virtual_address %s {\n",
		    addr_prefix_format(&v->vips[i].prefix, text, sizeof(text)));
		if (v->vips[i].device[0] != '\0')
			print_string(f, "        ", "device",
			    v->vips[i].device);
		if (v->vips[i].label[0] != '\0')
			print_string(f, "        ", "label", v->vips[i].label);
		(void)fprintf(f, "    }\n");
	}
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
		track_print_link(f, b);
	(void)fprintf(f, "    }\n");
}

static void
print_instance(FILE *f, const struct vrrp_params *v)
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
	(void)fprintf(f, "    priority = %u\n", v->priority);
	print_span(f, "    ", "advert_int", ns_from_cs(v->advert_int_cs));
	print_bool(f, "preempt", v->preempt);
	print_span(f, "    ", "preempt_delay", v->preempt_delay_ns);
	if (v->takeover_confirm_ns > 0)
		print_span(f, "    ", "takeover_confirm",
		    v->takeover_confirm_ns);
	print_bool(f, "accept", v->accept);
	print_bool(f, "virtual_mac", v->virtual_mac);
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
	print_vips(f, v);
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
		if (!v->tracks[i].from_group)
			track_print_ref(f, &v->tracks[i]);
	track_print_notify(f, &v->notify);
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
		track_print_ref(f, &g->tracks[i]);
	track_print_notify(f, &g->notify);
	(void)fprintf(f, "}\n");
}

char *
vrrp_conf_print(const struct vrrp_config *c)
{
	char *text = NULL;
	size_t len;
	unsigned i;
	FILE *f;

	if ((f = open_memstream(&text, &len)) == NULL)
		return NULL;
	if (c->router_id[0] != '\0')
		print_string(f, "", "router_id", c->router_id);
	(void)fprintf(f, "realtime_priority = %d\n", c->realtime_priority);
	if (c->client_grace_ns > 0)
		print_span(f, "", "client_grace", c->client_grace_ns);
	for (i = 0; i < c->tracker_count; i++)
		track_print_tracker(f, &c->trackers[i]);
	for (i = 0; i < c->count; i++)
		print_instance(f, &c->instances[i]);
	for (i = 0; i < c->group_count; i++)
		print_group(f, c, &c->groups[i]);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
