/*
 * vrrp_conf_instance.c - the grammar of instances and groups.
 *
 * From the words of one block to one struct vrrp_params, and the words of a group
 * kept as they are, since its members may be declared later.  Every part of an
 * instance notes in its struct places where it was said, for the checks that
 * follow when all files are read (vrrp_conf_check.c).
 *
 * What an instance tracks is read by vrrp_conf_track.c.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "vrrpd/config/vrrp_conf_instance.h"
#include "vrrpd/config/vrrp_conf_routes.h"
#include "vrrpd/config/vrrp_conf_track.h"
#include "vrrpd/config/vrrp_values.h"

#define BFD_INTERVAL_DEFAULT_NS	ns_from_ms(10)
#define BFD_MULTIPLIER_DEFAULT	3
#define GARP_REPEAT_MAX		100
#define VIPS_MAX_IPV6		90	/* V-6: (1500 - 48) / 16 */

cfg_opt_t *
vrrp_conf_instance_opts(void)
{
	static cfg_opt_t address[] = {
		BEGINNING,
		WORD("device"),
		WORD("label"),
		WORD("track"),
		WORD("deprecated"),
		CFG_END()
	};
	static cfg_opt_t bfd[] = {
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
	static cfg_opt_t opts[] = {
		BEGINNING,
		WORD("interface"),
		WORD("virtual_router_id"),
		WORD("version"),
		WORD("also_version_2"),
		WORD("backup_adverts"),
		WORD("priority"),
		WORD("advert_int"),
		WORD("preempt"),
		WORD("preempt_delay"),
		WORD("startup_delay"),
		WORD("takeover_confirm"),
		WORD("accept"),
		WORD("virtual_mac"),
		WORD("virtual_mac_device"),
		WORD("lease"),
		WORD("reclaim"),
		WORD("checksum_compat"),
		WORD("auth_pass"),
		WORD("garp_repeat"),
		WORD("garp_interval"),
		WORD("garp_refresh"),
		WORDS("virtual_addresses"),
		WORD("source"),
		WORDS("unicast_peers"),
		WORD("unicast_min_ttl"),
		BLOCK("virtual_address", address),
		WORDS("other_addresses"),
		BLOCK("other_address", address),
		BLOCK("bfd", bfd),
		WORD("link_down_number"),
		WORD("last_resort"),
		TRACK_BLOCKS,
		NOTIFY_WORDS,
		WORD("notify_contested"),
		WORDS("routes"),
		WORDS("rules"),
		CFG_END()
	};

	return opts;
}

cfg_opt_t *
vrrp_conf_instance_group_opts(void)
{
	static cfg_opt_t opts[] = {
		BEGINNING,
		WORDS("members"),
		TRACK_BLOCKS,
		NOTIFY_WORDS,
		CFG_END()
	};

	return opts;
}

/* --- addresses of an instance --- */

static const char *
family_name(uint8_t family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

/*
 * Says why addr_prefix_parse() refuses an ADDR/LEN.  what: "virtual" or "other"
 * address.
 */
static void
prefix_bad(struct parse *p, int line, const char *what, const char *text)
{
	char host[ADDR_PREFIX_STRLEN];
	const char *slash = strchr(text, '/');
	struct addr a;

	if (slash != NULL && (size_t)(slash - text) < sizeof(host)) {
		(void)snprintf(host, sizeof(host), "%.*s", (int)(slash - text),
		    text);
		if (addr_parse(host, &a) == 0) {
			bad(p, line, "%s address %s: the netmask of an "
			    "%s address is /0 to /%zu", what, text,
			    family_name(a.family), addr_len(a.family) * 8);
			return;
		}
	}
	bad(p, line, "%s address %s: not an IPv4 or IPv6 address", what, text);
}

static bool
read_prefix(struct parse *p, int line, const char *what, const char *text,
    struct addr_prefix *prefix)
{
	if (addr_prefix_parse(text, prefix) != 0) {
		prefix_bad(p, line, what, text);
		return false;
	}
	if (!addr_is_host(&prefix->addr)) {
		bad(p, line, "%s address %s: not the address of a host", what,
		    text);
		return false;
	}
	return true;
}

static struct vrrp_vip *
vip_add(struct parse *p, struct vrrp_params *v, struct places *pl, int line,
    const char *text)
{
	struct addr_prefix prefix;
	struct vrrp_vip *vip;

	if (!read_prefix(p, line, "virtual", text, &prefix))
		return NULL;
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

/* Of any family, and in no advert. */
static struct vrrp_vip *
other_add(struct parse *p, struct vrrp_params *v, struct places *pl, int line,
    const char *text)
{
	unsigned at = vrrp_params_addresses(v);
	struct addr_prefix prefix;

	if (!read_prefix(p, line, "other", text, &prefix))
		return NULL;
	if (at == VRRP_ADDRESSES_MAX) {
		bad(p, line, "instance %s has more than %u addresses", v->name,
		    at);
		return NULL;
	}
	pl->vips[at] = line;
	v->vips[at].prefix = prefix;
	v->other_count++;
	return &v->vips[at];
}

static void
read_deprecated(struct parse *p, cfg_t *sec, struct vrrp_vip *vip)
{
	bool deprecated;

	if (!read_bool(p, sec, "deprecated", &deprecated))
		return;
	if (vip->prefix.addr.family != AF_INET6)
		bad(p, word_get(sec, "deprecated")->line, "deprecated: only "
		    "IPv6 addresses are preferred or not");
	vip->deprecated = deprecated ? VRRP_DEPRECATED_YES :
	    VRRP_DEPRECATED_NO;
}

typedef struct vrrp_vip *(*add_fn)(struct parse *, struct vrrp_params *,
    struct places *, int line, const char *text);

static void
vip_add_long(struct parse *p, struct vrrp_params *v, struct places *pl,
    cfg_t *sec, add_fn add)
{
	const struct word *label = word_get(sec, "label");
	struct vrrp_vip *vip;
	bool track;
	size_t i;

	vip = add(p, v, pl, begin_line(sec), cfg_title(sec));
	if (vip == NULL)
		return;
	(void)read_interface(p, sec, "device", vip->device);
	track = true;
	if (read_bool(p, sec, "track", &track) && vip->device[0] == '\0')
		bad(p, word_get(sec, "track")->line, "track is for an address with a "
		    "device: the interface of the instance is always tracked");
	vip->untracked = !track;
	read_deprecated(p, sec, vip);
	if (label == NULL)
		return;
	if (vip->prefix.addr.family == AF_INET6) {
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

/* An address on another device needs that device: as if it were tracked. */
static void
track_devices(struct parse *p, struct vrrp_params *v, struct places *pl)
{
	const struct vrrp_vip *vip;
	unsigned i, j;

	for (i = v->priority == VRRP_PRIORITY_OWNER ? v->vip_count : 0;
	    i < vrrp_params_addresses(v); i++) {
		vip = &v->vips[i];
		if (vip->device[0] == '\0' || vip->untracked ||
		    strcmp(vip->device, "lo") == 0 ||
		    strcmp(vip->device, v->interface) == 0)
			continue;
		for (j = 0; j < v->track_count; j++)
			if (v->tracks[j].kind == VRRP_TRACK_INTERFACE &&
			    strcmp(v->tracks[j].name, vip->device) == 0)
				break;
		if (j < v->track_count)
			continue;
		if (v->track_count == VRRP_TRACKS_MAX) {
			bad(p, pl->vips[i], "instance %s has more than %d track"
			    " blocks, with the devices of its addresses",
			    v->name, VRRP_TRACKS_MAX);
			return;
		}
		pl->tracks[v->track_count] = pl->vips[i];
		v->tracks[v->track_count] = (struct vrrp_track_ref){
			.kind = VRRP_TRACK_INTERFACE,
			.from_address = true,
		};
		memcpy(v->tracks[v->track_count].name, vip->device,
		    sizeof(vip->device));
		v->track_count++;
	}
}

static void
build_others(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	const struct word *w;
	unsigned i;

	for (i = 0; i < word_count(sec, "other_addresses"); i++) {
		w = word_nth(sec, "other_addresses", i);
		(void)other_add(p, v, pl, w->line, w->text);
	}
	for (i = 0; i < cfg_size(sec, "other_address"); i++)
		vip_add_long(p, v, pl, cfg_getnsec(sec, "other_address", i),
		    other_add);
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
		vip_add_long(p, v, pl, cfg_getnsec(sec, "virtual_address", i),
		    vip_add);
	build_others(p, sec, v, pl);
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
build_source(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	const struct word *w = word_get(sec, "source");
	struct addr a;
	unsigned i;

	if (w == NULL || !addr_read(p, w->line, "source", w->text, &a))
		return;
	pl->source = w->line;
	if (v->vip_count > 0 && a.family != v->family) {
		bad(p, w->line, "source = %s: the addresses of instance %s are "
		    "%s", w->text, v->name, family_name(v->family));
		return;
	}
	if (a.family == AF_INET6 && !addr_is_link_local(&a)) {	/* V-24 */
		bad(p, w->line, "source = %s: IPv6 adverts come from link-local"
		    " addresses; name one of the interface", w->text);
		return;
	}
	for (i = v->priority == VRRP_PRIORITY_OWNER ? v->vip_count : 0;
	    i < vrrp_params_addresses(v); i++)
		if (addr_equal(&v->vips[i].prefix.addr, &a)) {
			bad(p, w->line, "source = %s: it is a virtual address "
			    "of instance %s, which is not always here",
			    w->text, v->name);
			return;
		}
	v->source = a;
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

/* --- bfd blocks --- */

/* A block for peers that are not named (L-27). */
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
	vrrp_conf_track_link(p, sec, b);
}

/* Needs neighbours that can be heard.  A second block is a title given twice. */
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
	/* The session is matched with who sends the adverts (L-10, V-24). */
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

/* The version comes first: advert_int may be what it allows. */
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
	if (read_bool(p, sec, "backup_adverts", &v->backup_adverts) &&
	    v->backup_adverts && v->version == 2)
		bad(p, word_get(sec, "backup_adverts")->line, "backup_adverts "
		    "is for version = 3: version 2 has no Type 2");

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
		if (vrrp_values_priority(w->text, &v->priority, why,
		    sizeof(why)) != 0)
			bad(p, w->line, "%s", why);
	}
	if ((w = word_get(sec, "advert_int")) != NULL &&
	    vrrp_values_advert_int(w->text, v->version, &v->advert_int_cs, why,
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
build_device(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	const struct word *w = word_get(sec, "virtual_mac_device");

	if (!read_interface(p, sec, "virtual_mac_device",
	    v->virtual_mac_device))
		return;
	pl->device = w->line;
	if (!v->virtual_mac)
		bad(p, w->line, "virtual_mac_device: with virtual_mac = no there "
		    "is none");
	else if (strncmp(w->text, "vr4-", 4) == 0 ||
	    strncmp(w->text, "vr6-", 4) == 0)
		bad(p, w->line, "virtual_mac_device = %s: names that begin so "
		    "are made up for the devices that have none", w->text);
}

static void
build_behaviour(struct parse *p, cfg_t *sec, struct vrrp_params *v,
    struct places *pl)
{
	const struct word *w;

	(void)read_bool(p, sec, "preempt", &v->preempt);
	(void)read_span(p, sec, "preempt_delay", 0, SPAN_MAX_NS,
	    &v->preempt_delay_ns);
	v->startup_delay_ns = NOT_SAID_NS;
	(void)read_span(p, sec, "startup_delay", 0, SPAN_MAX_NS,
	    &v->startup_delay_ns);
	(void)read_span(p, sec, "takeover_confirm", 0, NS_PER_S,
	    &v->takeover_confirm_ns);
	(void)read_bool(p, sec, "accept", &v->accept);
	if ((w = word_get(sec, "virtual_mac")) != NULL &&
	    strcmp(w->text, "auto") == 0)
		v->virtual_mac = v->virtual_mac_auto = true;
	else
		(void)read_bool(p, sec, "virtual_mac", &v->virtual_mac);
	build_device(p, sec, v, pl);
	(void)read_bool(p, sec, "lease", &v->lease);
	(void)read_bool(p, sec, "reclaim", &v->reclaim);
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
	if (vrrp_values_name(cfg_title(sec), why, sizeof(why)) != 0)
		bad(p, pl->declared, "%s", why);
	(void)snprintf(v->name, sizeof(v->name), "%s", cfg_title(sec));

	if (word_get(sec, "interface") == NULL)
		bad(p, pl->declared, "instance %s has no interface", v->name);
	else
		(void)read_interface(p, sec, "interface", v->interface);
	build_protocol(p, sec, v, pl);
	build_behaviour(p, sec, v, pl);
	build_announcements(p, sec, v);
	build_vips(p, sec, v, pl);
	if ((v->version == 2 || v->also_version_2) && v->family == AF_INET6)
		bad(p, pl->vips[0], "version 2 has no IPv6");
	build_source(p, sec, v, pl);
	build_unicast(p, sec, v);
	for (i = 0; i < cfg_size(sec, "bfd"); i++)
		build_bfd(p, cfg_getnsec(sec, "bfd", i), v, pl);
	vrrp_conf_track_links(p, sec, v);
	vrrp_conf_track_refs(p, sec, v->tracks, pl->tracks, &v->track_count);
	track_devices(p, v, pl);
	vrrp_conf_track_notify(p, sec, true, &v->notify);
	vrrp_conf_routes(p, sec, v);
}

int
vrrp_conf_instance_add(struct draft *d, cfg_t *sec)
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

/* --- a group --- */

int
vrrp_conf_instance_add_group(struct draft *d, cfg_t *sec)
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
	vrrp_conf_track_refs(p, sec, g->tracks, g->track_lines,
	    &g->track_count);
	vrrp_conf_track_notify(p, sec, false, &g->notify);
	return 0;
}

void
vrrp_conf_instance_free_group(struct group_words *g)
{
	unsigned i;

	for (i = 0; i < g->count; i++)
		free(g->members[i].text);
	free(g->name);
	free(g);
}
