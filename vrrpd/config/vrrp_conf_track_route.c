/*
 * vrrp_conf_track_route.c - the grammar of track_route.
 *
 * A route needs no declaration: track_route PREFIX { } in an instance or a group is
 * both, and makes the tracker that vrrpd-checks looks after.  Processes know trackers
 * by name, and each reads the configuration for itself, perhaps as it was printed, so
 * the name follows from the words and from nothing else: the prefix, and whatever is
 * asked of the route.  A name that would be too long ends in a number that is made of
 * all of it.
 */
#include "config.h"

#include "vrrpd/config/vrrp_conf_track_route.h"

#include <linux/rtnetlink.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX	160

cfg_opt_t vrrp_conf_track_route_opts[] = {
	BEGINNING,
	WORD("table"),
	WORD("via"),
	WORD("protocol"),
	WORD("weight"),
	WORD("reverse"),
	WORD("up_delay"),
	WORD("down_delay"),
	CFG_END()
};

/* As ip-route(8) has them, in rt_protos and by number. */
static const struct {
	const char	*word;
	uint8_t		 number;
} protocols[] = {
	{ "kernel", RTPROT_KERNEL },
	{ "boot", RTPROT_BOOT },
	{ "static", RTPROT_STATIC },
	{ "ra", RTPROT_RA },
	{ "zebra", RTPROT_ZEBRA },
	{ "bird", RTPROT_BIRD },
	{ "dhcp", RTPROT_DHCP },
	{ "keepalived", RTPROT_KEEPALIVED },
	{ "babel", RTPROT_BABEL },
	{ "bgp", RTPROT_BGP },
	{ "isis", RTPROT_ISIS },
	{ "ospf", RTPROT_OSPF },
	{ "rip", RTPROT_RIP },
	{ "eigrp", RTPROT_EIGRP },
};
#define PROTOCOL_COUNT	(sizeof(protocols) / sizeof(protocols[0]))

static bool
number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
	    errno == 0 && *out >= 1 && *out <= max;
}

static void
read_table(struct parse *p, cfg_t *sec, struct vrrp_route_want *r)
{
	const struct word *w = word_get(sec, "table");
	unsigned long n;

	r->table = RT_TABLE_MAIN;
	if (w == NULL || strcmp(w->text, "main") == 0)
		return;
	if (strcmp(w->text, "default") == 0)
		r->table = RT_TABLE_DEFAULT;
	else if (number(w->text, UINT32_MAX, &n))
		r->table = (uint32_t)n;
	else
		bad(p, w->line, "table = %.40s: must be main, default or the "
		    "number of a table: that of a VRF is in ip -d link show",
		    w->text);
}

static void
read_protocol(struct parse *p, cfg_t *sec, struct vrrp_route_want *r)
{
	const struct word *w = word_get(sec, "protocol");
	unsigned long n;
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < PROTOCOL_COUNT; i++)
		if (strcmp(w->text, protocols[i].word) == 0) {
			r->protocol = protocols[i].number;
			return;
		}
	if (number(w->text, UINT8_MAX, &n))
		r->protocol = (uint8_t)n;
	else
		bad(p, w->line, "protocol = %.40s: must be kernel, boot, "
		    "static, ra, dhcp, bird, zebra, bgp, ospf, isis, rip, "
		    "babel, eigrp, keepalived or a number from 1 to 255",
		    w->text);
}

static bool
read_prefix(struct parse *p, cfg_t *sec, struct addr_prefix *out)
{
	const char *title = cfg_title(sec);
	struct addr_prefix masked;
	char text[ADDR_PREFIX_STRLEN];
	unsigned bit;

	if (addr_prefix_parse(title, out) != 0) {
		bad(p, begin_line(sec), "track_route %.60s: must be ADDRESS/"
		    "LENGTH; the default route is 0.0.0.0/0 or ::/0", title);
		return false;
	}
	masked = *out;
	for (bit = out->len; bit < 8 * addr_len(out->addr.family); bit++)
		masked.addr.bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
	if (addr_equal(&masked.addr, &out->addr))
		return true;
	bad(p, begin_line(sec), "track_route %.60s: has bits behind its length;"
	    " the network is %s", title, addr_prefix_format(&masked, text,
	    sizeof(text)));
	return false;
}

/* FNV-1a */
static uint32_t
number_of(const char *text)
{
	uint32_t n = UINT32_C(2166136261);

	for (; *text != '\0'; text++)
		n = (n ^ (uint8_t)*text) * UINT32_C(16777619);
	return n;
}

static void
make_name(const struct vrrp_route_want *r, char *name)
{
	char text[TEXT_MAX], part[ADDR_PREFIX_STRLEN];
	int n;

	n = snprintf(text, sizeof(text), "%s", addr_prefix_format(&r->prefix,
	    part, sizeof(part)));
	if (addr_is_set(&r->via))
		n += snprintf(text + n, sizeof(text) - (size_t)n, ",via=%s",
		    addr_format(&r->via, part, sizeof(part)));
	if (r->table != RT_TABLE_MAIN)
		n += snprintf(text + n, sizeof(text) - (size_t)n, ",table=%u",
		    r->table);
	if (r->protocol != 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    ",protocol=%u", r->protocol);
	if (n < VRRP_NAME_MAX)
		memcpy(name, text, (size_t)n + 1);
	else
		(void)snprintf(name, VRRP_NAME_MAX, "%.22s~%08x", text,
		    number_of(text));
}

bool
vrrp_conf_track_route(struct parse *p, cfg_t *sec, char *name)
{
	struct draft *d = p->grammar;
	struct vrrp_config *c = &d->config;
	struct vrrp_tracker_params *list, t;
	const struct word *w;

	memset(&t, 0, sizeof(t));
	t.kind = VRRP_TRACK_ROUTE;
	t.line = begin_line(sec);
	if (!read_prefix(p, sec, &t.route.prefix))
		return false;
	read_table(p, sec, &t.route);
	read_protocol(p, sec, &t.route);
	w = word_get(sec, "via");
	if (read_addr(p, sec, "via", &t.route.via) &&
	    t.route.prefix.addr.family == AF_INET6 &&
	    t.route.via.family == AF_INET)
		bad(p, w->line, "via = %s: no IPv6 route goes by an IPv4 router",
		    w->text);
	make_name(&t.route, t.name);
	memcpy(name, t.name, VRRP_NAME_MAX);
	if (vrrp_config_tracker(c, t.kind, t.name) != NULL)
		return true;
	if (c->tracker_count == VRRP_TRACKERS_MAX) {
		bad(p, t.line, "more than %d trackers", VRRP_TRACKERS_MAX);
		return false;
	}
	list = realloc(c->trackers, (c->tracker_count + 1) * sizeof(*list));
	if (list == NULL) {
		bad(p, t.line, "out of memory");
		return false;
	}
	c->trackers = list;
	d->tracker_files[c->tracker_count] = p->file;
	c->trackers[c->tracker_count++] = t;
	return true;
}

void
vrrp_conf_track_route_print(FILE *f, const struct vrrp_tracker_params *t)
{
	const struct vrrp_route_want *r = &t->route;
	char text[ADDR_PREFIX_STRLEN];

	(void)fprintf(f, "%s {\n        table = %u\n",
	    addr_prefix_format(&r->prefix, text, sizeof(text)), r->table);
	if (addr_is_set(&r->via))
		(void)fprintf(f, "        via = %s\n", addr_format(&r->via,
		    text, sizeof(text)));
	if (r->protocol != 0)
		(void)fprintf(f, "        protocol = %u\n", r->protocol);
}
