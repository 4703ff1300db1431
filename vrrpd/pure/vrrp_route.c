/*
 * vrrp_route.c - the routes and rules of an instance, as values and as text.
 *
 * One reader for both: a text is words, each keyword has a function that takes the
 * words behind it, and a table says which keywords belong to a route and which to a
 * rule.  What ip(8) takes and this does not (several gateways, encapsulation, limits
 * of TCP) is refused by its name, never skipped.
 *
 * Names of tables stand in a file that may be another one when the kernel is asked, so
 * only the kernel's own three have one here.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX	64
#define IPV6_METRIC	1024	/* the kernel's, of a route that says none */

struct reader {
	const char	*rest;
	char		 word[WORD_MAX];
	uint8_t		 family;	/* said by an address or by a word */
	uint32_t	 said;		/* bits by index into the keywords */
	bool		 has_to;
	bool		 has_scope;
	bool		 has_type;
	char		*why;
};

struct keyword {
	const char	*word;
	bool		 of_route, of_rule;
	bool		(*take)(struct reader *, const char *word, void *value);
};

static bool	refuse(struct reader *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

static bool
refuse(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(r->why, VRRP_ROUTE_WHY_MAX, fmt, ap);
	va_end(ap);
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word to r->word; false: there is none, or it is too long. */
static bool
next_word(struct reader *r)
{
	size_t n = 0;

	while (is_blank(*r->rest))
		r->rest++;
	while (*r->rest != '\0' && !is_blank(*r->rest)) {
		if (n == sizeof(r->word) - 1)
			return refuse(r, "\"%s...\" is too long a word",
			    r->word);
		r->word[n++] = *r->rest++;
		r->word[n] = '\0';
	}
	r->word[n] = '\0';
	return n > 0;
}

static bool
next_value(struct reader *r, const char *word)
{
	return next_word(r) ||
	    (r->why[0] == '\0' && refuse(r, "%s: nothing follows it", word));
}

/* --- single values --- */

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Decimal, or hexadecimal behind 0x. */
static bool
number(const char *text, size_t len, uint32_t *out)
{
	uint64_t n = 0, base = 10;
	size_t i = 0;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		if ((uint64_t)digit(text[i]) >= base)
			return false;
		n = n * base + (uint64_t)digit(text[i]);
		if (n > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)n;
	return true;
}

static bool
take_number(struct reader *r, const char *word, uint32_t least, uint32_t *out)
{
	uint32_t n;

	if (!next_value(r, word))
		return false;
	if (!number(r->word, strlen(r->word), &n) || n < least)
		return refuse(r, "%s %s: not a number from %u to 4294967295",
		    word, r->word, least);
	*out = n;
	return true;
}

static bool
is_of_family(struct reader *r, uint8_t family)
{
	if (r->family == AF_UNSPEC)
		r->family = family;
	return r->family == family ||
	    refuse(r, "%s: IPv4 and IPv6 do not mix", r->word);
}

static bool
has_host_bits(const struct addr_prefix *p)
{
	unsigned i;

	for (i = p->len; i < 8 * addr_len(p->addr.family); i++)
		if (p->addr.bytes[i / 8] & 0x80 >> i % 8)
			return true;
	return false;
}

/* r->word as a network. */
static bool
network(struct reader *r, struct addr_prefix *out)
{
	if (addr_prefix_parse(r->word, out) != 0)
		return refuse(r, "%s: not an IPv4 or IPv6 network", r->word);
	if (has_host_bits(out))
		return refuse(r, "%s: the address has bits behind the netmask",
		    r->word);
	return is_of_family(r, out->addr.family);
}

static bool
take_addr(struct reader *r, const char *word, struct addr *out)
{
	if (!next_value(r, word))
		return false;
	if (addr_parse(r->word, out) != 0 || !addr_is_host(out))
		return refuse(r, "%s %s: not the address of a host", word,
		    r->word);
	return is_of_family(r, out->family);
}

static bool
take_device(struct reader *r, const char *word, char out[IF_NAMESIZE])
{
	size_t len;

	if (!next_value(r, word))
		return false;
	len = strlen(r->word);
	if (len >= IF_NAMESIZE || strcmp(r->word, ".") == 0 ||
	    strcmp(r->word, "..") == 0 || memchr(r->word, '/', len) != NULL ||
	    memchr(r->word, ':', len) != NULL)
		return refuse(r, "%s %s: not the name of an interface", word,
		    r->word);
	memset(out, 0, IF_NAMESIZE);
	memcpy(out, r->word, len);
	return true;
}

static bool
take_table(struct reader *r, const char *word, uint32_t *out)
{
	static const struct { const char *name; uint32_t table; } names[] = {
		{ "main", RT_TABLE_MAIN },
		{ "local", RT_TABLE_LOCAL },
		{ "default", RT_TABLE_DEFAULT },
	};
	size_t i;

	if (!next_value(r, word))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(r->word, names[i].name) == 0) {
			*out = names[i].table;
			return true;
		}
	if (number(r->word, strlen(r->word), out) && *out > 0)
		return true;
	return refuse(r, "%s %s: a table is a number from 1 to 4294967295, or "
	    "main, local or default", word, r->word);
}

/* The type of a route, or what a rule does without a table; the last: none. */
static enum vrrp_route_type
type_of(const char *word)
{
	static const char *const words[] = {
		[VRRP_ROUTE_UNICAST] = "unicast",
		[VRRP_ROUTE_BLACKHOLE] = "blackhole",
		[VRRP_ROUTE_UNREACHABLE] = "unreachable",
		[VRRP_ROUTE_PROHIBIT] = "prohibit",
	};
	unsigned i;

	for (i = 0; i <= VRRP_ROUTE_TYPE_LAST; i++)
		if (strcmp(words[i], word) == 0)
			return (enum vrrp_route_type)i;
	return VRRP_ROUTE_UNICAST;
}

static const char *
type_name(uint8_t type)
{
	switch ((enum vrrp_route_type)type) {
	case VRRP_ROUTE_UNICAST:
		return "unicast";
	case VRRP_ROUTE_BLACKHOLE:
		return "blackhole";
	case VRRP_ROUTE_UNREACHABLE:
		return "unreachable";
	case VRRP_ROUTE_PROHIBIT:
		return "prohibit";
	}
	return "unicast";
}

/* --- keywords of both --- */

static bool
take_family(struct reader *r, const char *word, void *value)
{
	uint8_t family = strcmp(word, "inet6") == 0 ? AF_INET6 : AF_INET;

	(void)value;
	if (r->family == AF_UNSPEC)
		r->family = family;
	return r->family == family ||
	    refuse(r, "%s: IPv4 and IPv6 do not mix", word);
}

/* --- keywords of a route --- */

/* The network itself, whose word is r->word. */
static bool
destination(struct reader *r, struct vrrp_route *v)
{
	if (r->has_to)
		return refuse(r, "%s: not a word of a route here", r->word);
	r->has_to = true;
	if (strcmp(r->word, "default") == 0 || strcmp(r->word, "all") == 0)
		return true;
	return network(r, &v->to);
}

static bool
route_to(struct reader *r, const char *word, void *value)
{
	return next_value(r, word) && destination(r, value);
}

static bool
route_via(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	return take_addr(r, word, &v->via);
}

static bool
route_dev(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	return take_device(r, word, v->device);
}

static bool
route_src(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	return take_addr(r, word, &v->source);
}

static bool
route_table(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	return take_table(r, word, &v->table);
}

static bool
route_metric(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	return take_number(r, word, 0, &v->metric);
}

static const struct { const char *name; uint8_t scope; } scopes[] = {
	{ "global", RT_SCOPE_UNIVERSE },
	{ "universe", RT_SCOPE_UNIVERSE },
	{ "site", RT_SCOPE_SITE },
	{ "link", RT_SCOPE_LINK },
	{ "host", RT_SCOPE_HOST },
};
#define SCOPE_COUNT	(sizeof(scopes) / sizeof(scopes[0]))

static bool
route_scope(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;
	uint32_t n;
	size_t i;

	if (!next_value(r, word))
		return false;
	r->has_scope = true;
	for (i = 0; i < SCOPE_COUNT; i++)
		if (strcmp(scopes[i].name, r->word) == 0) {
			v->scope = scopes[i].scope;
			return true;
		}
	if (number(r->word, strlen(r->word), &n) && n < RT_SCOPE_NOWHERE) {
		v->scope = (uint8_t)n;
		return true;
	}
	return refuse(r, "scope %s: must be global, site, link, host or a "
	    "number from 0 to 254", r->word);
}

static bool
route_onlink(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	(void)r;
	(void)word;
	v->onlink = true;
	return true;
}

static bool
route_type(struct reader *r, const char *word, void *value)
{
	struct vrrp_route *v = value;

	if (r->has_type || r->has_to)
		return refuse(r, "%s: stands before the network, once", word);
	r->has_type = true;
	v->type = type_of(word);
	return true;
}

/* --- keywords of a rule --- */

static bool
take_prefix(struct reader *r, const char *word, struct addr_prefix *out)
{
	if (!next_value(r, word))
		return false;
	if (strcmp(r->word, "all") == 0 || strcmp(r->word, "any") == 0 ||
	    strcmp(r->word, "default") == 0)
		return true;
	if (!network(r, out))
		return false;
	/* Any address at all: what the kernel makes of it, too. */
	if (out->len == 0)
		memset(out, 0, sizeof(*out));
	return true;
}

static bool
rule_from(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	return take_prefix(r, word, &v->from);
}

static bool
rule_to(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	return take_prefix(r, word, &v->to);
}

static bool
rule_iif(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	return take_device(r, word, v->iif);
}

static bool
rule_oif(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	return take_device(r, word, v->oif);
}

static bool
rule_mark(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;
	const char *slash;

	if (!next_value(r, word))
		return false;
	slash = memchr(r->word, '/', strlen(r->word));
	v->mask = UINT32_MAX;
	v->has_mark = true;
	if (number(r->word, slash == NULL ? strlen(r->word) :
	    (size_t)(slash - r->word), &v->mark) && (slash == NULL ||
	    number(slash + 1, strlen(slash + 1), &v->mask)))
		return true;
	return refuse(r, "fwmark %s: not a number, or two as 0x1/0xff",
	    r->word);
}

static bool
rule_table(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	if (v->table != 0)
		return refuse(r, "%s is given twice", word);
	return take_table(r, word, &v->table);
}

static bool
rule_priority(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	return take_number(r, word, 1, &v->priority);
}

static bool
rule_type(struct reader *r, const char *word, void *value)
{
	struct vrrp_rule *v = value;

	if (r->has_type)
		return refuse(r, "%s: a rule does one thing", word);
	r->has_type = true;
	v->type = type_of(word);
	return true;
}

/* --- texts into values --- */

static const struct keyword route_words[] = {
	{ "inet", true, true, take_family },
	{ "inet6", true, true, take_family },
	{ "to", true, false, route_to },
	{ "via", true, false, route_via },
	{ "dev", true, false, route_dev },
	{ "src", true, false, route_src },
	{ "table", true, false, route_table },
	{ "metric", true, false, route_metric },
	{ "scope", true, false, route_scope },
	{ "onlink", true, false, route_onlink },
	{ "unicast", true, false, route_type },
	{ "blackhole", true, false, route_type },
	{ "unreachable", true, false, route_type },
	{ "prohibit", true, false, route_type },
	{ "from", false, true, rule_from },
	{ "to", false, true, rule_to },
	{ "iif", false, true, rule_iif },
	{ "oif", false, true, rule_oif },
	{ "fwmark", false, true, rule_mark },
	{ "lookup", false, true, rule_table },
	{ "table", false, true, rule_table },
	{ "priority", false, true, rule_priority },
	{ "blackhole", false, true, rule_type },
	{ "unreachable", false, true, rule_type },
	{ "prohibit", false, true, rule_type },
};
#define KEYWORD_COUNT	(sizeof(route_words) / sizeof(route_words[0]))

static const struct keyword *
keyword(const char *word, bool of_rule, unsigned *at)
{
	for (*at = 0; *at < KEYWORD_COUNT; (*at)++)
		if ((of_rule ? route_words[*at].of_rule :
		    route_words[*at].of_route) &&
		    strcmp(route_words[*at].word, word) == 0)
			return &route_words[*at];
	return NULL;
}

/* One keyword and what follows it; r->word has the word. */
static bool
one(struct reader *r, bool is_rule, void *value)
{
	const struct keyword *k;
	char word[WORD_MAX];
	unsigned at;

	memcpy(word, r->word, sizeof(word));
	k = keyword(word, is_rule, &at);
	if (k == NULL && is_rule)
		return refuse(r, "%s: not a word of a rule here", word);
	if (k == NULL)
		return destination(r, value);
	if (r->said & UINT32_C(1) << at)
		return refuse(r, "%s is given twice", word);
	r->said |= UINT32_C(1) << at;
	return k->take(r, word, value);
}

static bool
read_all(struct reader *r, bool is_rule, void *value)
{
	while (next_word(r))
		if (!one(r, is_rule, value))
			return false;
	return r->why[0] == '\0';
}

static bool
complete_route(struct reader *r, struct vrrp_route *v, uint8_t family)
{
	bool unicast = v->type == VRRP_ROUTE_UNICAST;

	if (!r->has_to)
		return refuse(r, "no network (or default)");
	if (r->family == AF_UNSPEC)
		r->family = family;
	if (v->to.addr.family == AF_UNSPEC)
		v->to.addr.family = r->family;
	if (!unicast && (addr_is_set(&v->via) || v->device[0] != '\0' ||
	    v->onlink))
		return refuse(r, "%s: a route of this type leads nowhere: no "
		    "via, dev or onlink", type_name(v->type));
	if (v->onlink && !addr_is_set(&v->via))
		return refuse(r, "onlink is about a gateway: no via");
	if (r->family == AF_INET6 && r->has_scope)
		return refuse(r, "scope: IPv6 routes have none");
	/* The kernel cannot know where a neighbour of every link is. */
	if (unicast && v->device[0] == '\0' && (!addr_is_set(&v->via) ||
	    v->onlink || (r->family == AF_INET6 &&
	    addr_is_link_local(&v->via))))
		memcpy(v->device, VRRP_ROUTE_SELF, sizeof(VRRP_ROUTE_SELF));
	if (!r->has_scope)
		v->scope = r->family == AF_INET && unicast &&
		    !addr_is_set(&v->via) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	return true;
}

static bool
complete_rule(struct reader *r, struct vrrp_rule *v, uint8_t family)
{
	v->family = r->family == AF_UNSPEC ? family : r->family;
	if (r->has_type && v->table != 0)
		return refuse(r, "%s: a rule does this or looks a table up",
		    type_name(v->type));
	if (!r->has_type && v->table == 0)
		return refuse(r, "no lookup: which table?");
	if (v->priority == 0)
		v->priority = VRRP_RULE_PRIORITY;
	return true;
}

int
vrrp_route_parse(const char *text, uint8_t family, struct vrrp_route *out,
    char why[VRRP_ROUTE_WHY_MAX])
{
	struct reader r = { .rest = text, .why = why };
	struct vrrp_route v;

	why[0] = '\0';
	memset(&v, 0, sizeof(v));
	if (!read_all(&r, false, &v) || !complete_route(&r, &v, family))
		return -EINVAL;
	*out = v;
	return 0;
}

int
vrrp_rule_parse(const char *text, uint8_t family, struct vrrp_rule *out,
    char why[VRRP_ROUTE_WHY_MAX])
{
	struct reader r = { .rest = text, .why = why };
	struct vrrp_rule v;

	why[0] = '\0';
	memset(&v, 0, sizeof(v));
	if (!read_all(&r, true, &v) || !complete_rule(&r, &v, family))
		return -EINVAL;
	*out = v;
	return 0;
}

/* --- values into texts --- */

struct writer {
	char	*buf;
	size_t	 len;
};

static void
put(struct writer *w, const char *word, const char *value)
{
	int n = snprintf(w->buf + w->len, VRRP_ROUTE_STRLEN - w->len, "%s%s%s%s",
	    w->len == 0 ? "" : " ", word, word[0] == '\0' || value[0] == '\0' ?
	    "" : " ", value);

	if (n > 0 && w->len + (size_t)n < VRRP_ROUTE_STRLEN)
		w->len += (size_t)n;
}

static void
put_number(struct writer *w, const char *word, uint32_t n)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", n);
	put(w, word, text);
}

static void
put_table(struct writer *w, const char *word, uint32_t table)
{
	switch (table) {
	case RT_TABLE_MAIN:
		put(w, word, "main");
		break;
	case RT_TABLE_LOCAL:
		put(w, word, "local");
		break;
	case RT_TABLE_DEFAULT:
		put(w, word, "default");
		break;
	default:
		put_number(w, word, table);
		break;
	}
}

static void
put_scope(struct writer *w, uint8_t scope)
{
	size_t i;

	for (i = 0; i < SCOPE_COUNT; i++)
		if (scopes[i].scope == scope) {
			put(w, "scope", scopes[i].name);
			return;
		}
	put_number(w, "scope", scope);
}

const char *
vrrp_route_format(const struct vrrp_route *v, char buf[VRRP_ROUTE_STRLEN])
{
	struct writer w = { buf, 0 };
	char text[ADDR_PREFIX_STRLEN];
	bool unicast = v->type == VRRP_ROUTE_UNICAST;
	uint8_t scope = v->to.addr.family == AF_INET && unicast &&
	    !addr_is_set(&v->via) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;

	buf[0] = '\0';
	if (!unicast)
		put(&w, type_name(v->type), "");
	put(&w, addr_prefix_format(&v->to, text, sizeof(text)), "");
	if (addr_is_set(&v->via))
		put(&w, "via", addr_format(&v->via, text, sizeof(text)));
	if (v->device[0] != '\0')
		put(&w, "dev", v->device);
	if (v->onlink)
		put(&w, "onlink", "");
	if (addr_is_set(&v->source))
		put(&w, "src", addr_format(&v->source, text, sizeof(text)));
	if (v->table != 0)
		put_table(&w, "table", v->table);
	if (v->metric != 0)
		put_number(&w, "metric", v->metric);
	if (v->scope != scope)
		put_scope(&w, v->scope);
	return buf;
}

const char *
vrrp_rule_format(const struct vrrp_rule *v, char buf[VRRP_ROUTE_STRLEN])
{
	struct writer w = { buf, 0 };
	char text[ADDR_PREFIX_STRLEN];

	buf[0] = '\0';
	if (!addr_is_set(&v->from.addr) && !addr_is_set(&v->to.addr))
		put(&w, v->family == AF_INET6 ? "inet6" : "inet", "");
	if (addr_is_set(&v->from.addr))
		put(&w, "from", addr_prefix_format(&v->from, text,
		    sizeof(text)));
	if (addr_is_set(&v->to.addr))
		put(&w, "to", addr_prefix_format(&v->to, text, sizeof(text)));
	if (v->iif[0] != '\0')
		put(&w, "iif", v->iif);
	if (v->oif[0] != '\0')
		put(&w, "oif", v->oif);
	if (v->has_mark) {
		if (v->mask == UINT32_MAX)
			(void)snprintf(text, sizeof(text), "0x%x", v->mark);
		else
			(void)snprintf(text, sizeof(text), "0x%x/0x%x",
			    v->mark, v->mask);
		put(&w, "fwmark", text);
	}
	if (v->type != VRRP_ROUTE_UNICAST)
		put(&w, type_name(v->type), "");
	else
		put_table(&w, "lookup", v->table);
	put_number(&w, "priority", v->priority);
	return buf;
}

/* --- comparing --- */

static bool
same_prefix(const struct addr_prefix *a, const struct addr_prefix *b)
{
	return a->len == b->len && addr_equal(&a->addr, &b->addr);
}

bool
vrrp_route_equal(const struct vrrp_route *a, const struct vrrp_route *b)
{
	return same_prefix(&a->to, &b->to) && addr_equal(&a->via, &b->via) &&
	    addr_equal(&a->source, &b->source) &&
	    strcmp(a->device, b->device) == 0 && a->type == b->type &&
	    a->scope == b->scope && a->onlink == b->onlink &&
	    a->table == b->table && a->metric == b->metric;
}

bool
vrrp_rule_equal(const struct vrrp_rule *a, const struct vrrp_rule *b)
{
	return a->family == b->family && a->type == b->type &&
	    same_prefix(&a->from, &b->from) && same_prefix(&a->to, &b->to) &&
	    strcmp(a->iif, b->iif) == 0 && strcmp(a->oif, b->oif) == 0 &&
	    a->has_mark == b->has_mark && a->mark == b->mark &&
	    a->mask == b->mask && a->table == b->table &&
	    a->priority == b->priority;
}

static uint32_t
metric_of(const struct vrrp_route *v)
{
	return v->metric == 0 && v->to.addr.family == AF_INET6 ? IPV6_METRIC :
	    v->metric;
}

bool
vrrp_route_excludes(const struct vrrp_route *a, const struct vrrp_route *b)
{
	return same_prefix(&a->to, &b->to) && a->table == b->table &&
	    metric_of(a) == metric_of(b);
}
