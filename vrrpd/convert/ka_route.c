/*
 * ka_route.c - virtual_routes and virtual_rules.
 *
 * keepalived's lines have the words of ip(8), and so have ours, so a line is carried
 * over word by word: synonyms get our word, what keepalived alone needs is dropped,
 * and attributes that vrrpd has not are left out and said.  The result is read as
 * vrrpd would read it (vrrp_route.h): a line that it would refuse is left out, as a
 * comment, with the reason.
 *
 * Two lines of which the kernel takes one: the first, as in keepalived.
 */
#include "config.h"

#include "vrrpd/convert/ka_route.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/convert/ka_words.h"
#include "vrrpd/pure/vrrp_route.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define LINE_LEN	640
#define TABLES		"/etc/iproute2/rt_tables"

enum what {
	SAME,			/* carried over, with its value if it has one */
	DROP,			/* without it it is the same here */
	LEAVE,			/* left out, which changes something */
	WHOLE,			/* the line is left out for it */
};

struct option {
	const char	*word;
	const char	*ours;		/* SAME: NULL, the same word */
	enum what	 what;
	unsigned	 values;	/* words behind it */
};

static const struct option of_route[] = {
	{ "to", NULL, SAME, 1 }, { "via", NULL, SAME, 1 },
	{ "gw", "via", SAME, 1 }, { "dev", NULL, SAME, 1 },
	{ "oif", "dev", SAME, 1 }, { "src", NULL, SAME, 1 },
	{ "table", NULL, SAME, 1 }, { "metric", NULL, SAME, 1 },
	{ "priority", "metric", SAME, 1 }, { "preference", "metric", SAME, 1 },
	{ "scope", NULL, SAME, 1 }, { "onlink", NULL, SAME, 0 },
	{ "inet", NULL, SAME, 0 }, { "inet6", NULL, SAME, 0 },
	{ "unicast", NULL, SAME, 0 }, { "blackhole", NULL, SAME, 0 },
	{ "unreachable", NULL, SAME, 0 }, { "prohibit", NULL, SAME, 0 },
	{ "no_track", NULL, DROP, 0 }, { "track_group", NULL, DROP, 1 },
	{ "proto", NULL, LEAVE, 1 }, { "protocol", NULL, LEAVE, 1 },
	{ "mtu", NULL, LEAVE, 1 }, { "advmss", NULL, LEAVE, 1 },
	{ "window", NULL, LEAVE, 1 }, { "rtt", NULL, LEAVE, 1 },
	{ "rttvar", NULL, LEAVE, 1 }, { "rto_min", NULL, LEAVE, 1 },
	{ "cwnd", NULL, LEAVE, 1 }, { "initcwnd", NULL, LEAVE, 1 },
	{ "initrwnd", NULL, LEAVE, 1 }, { "ssthresh", NULL, LEAVE, 1 },
	{ "reordering", NULL, LEAVE, 1 }, { "hoplimit", NULL, LEAVE, 1 },
	{ "realms", NULL, LEAVE, 1 }, { "quickack", NULL, LEAVE, 1 },
	{ "congctl", NULL, LEAVE, 1 }, { "pref", NULL, LEAVE, 1 },
	{ "features", NULL, LEAVE, 1 }, { "expires", NULL, LEAVE, 1 },
	{ "or", NULL, WHOLE, 1 }, { "nexthop", NULL, WHOLE, 0 },
};

static const struct option of_rule[] = {
	{ "from", NULL, SAME, 1 }, { "to", NULL, SAME, 1 },
	{ "iif", NULL, SAME, 1 }, { "dev", "iif", SAME, 1 },
	{ "oif", NULL, SAME, 1 }, { "fwmark", NULL, SAME, 1 },
	{ "lookup", NULL, SAME, 1 }, { "table", "lookup", SAME, 1 },
	{ "priority", NULL, SAME, 1 }, { "preference", "priority", SAME, 1 },
	{ "pref", "priority", SAME, 1 }, { "order", "priority", SAME, 1 },
	{ "inet", NULL, SAME, 0 }, { "inet6", NULL, SAME, 0 },
	{ "blackhole", NULL, SAME, 0 }, { "unreachable", NULL, SAME, 0 },
	{ "prohibit", NULL, SAME, 0 }, { "unicast", NULL, DROP, 0 },
	{ "no_track", NULL, DROP, 0 }, { "track_group", NULL, DROP, 1 },
	{ "proto", NULL, LEAVE, 1 }, { "protocol", NULL, LEAVE, 1 },
};

static const struct option *
find(const struct option *list, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(list[i].word, word) == 0)
			return &list[i];
	return NULL;
}

/* --- words --- */

struct line {
	char	text[LINE_LEN];
	size_t	len;
};

static void
add(struct line *l, const char *word)
{
	size_t n = strlen(word);

	if (l->len + n + 2 > sizeof(l->text))
		return;			/* will not be read, and so be left out */
	if (l->len > 0)
		l->text[l->len++] = ' ';
	memcpy(l->text + l->len, word, n + 1);
	l->len += n;
}

/* The number in front of this name in a file of lines NUMBER NAME. */
static bool
number_of(const char *file, const char *name, char *out, size_t size)
{
	size_t digits, blanks, len = strlen(name);
	const char *p = file;

	for (; *p != '\0'; p += strcspn(p, "\n")) {
		p += strspn(p, " \t\n");
		digits = strspn(p, "0123456789");
		blanks = strspn(p + digits, " \t");
		if (digits == 0 || digits >= size || blanks == 0 ||
		    strncmp(p + digits + blanks, name, len) != 0 ||
		    strchr(" \t\r\n#", p[digits + blanks + len]) == NULL)
			continue;
		memcpy(out, p, digits);
		out[digits] = '\0';
		return true;
	}
	return false;
}

/* A table by its name: the number is looked up where ip(8) does. */
static void
add_table(struct ka_conv *c, struct line *l, const struct ka_node *n,
    const char *name)
{
	char number[16], why[160], *file = NULL;

	if (!ka_is_digits(name) && strcmp(name, "main") != 0 &&
	    strcmp(name, "local") != 0 && strcmp(name, "default") != 0 &&
	    c->src->read(c->src->arg, TABLES, &file, why, sizeof(why)) == 0 &&
	    number_of(file, name, number, sizeof(number))) {
		ka_say(c, KA_NOTE, n, "table %.80s is %s in " TABLES, name,
		    number);
		add(l, number);
	} else
		add(l, name);
	free(file);
}

static void
add_value(struct ka_conv *c, const struct ka_instance *v, struct line *l,
    const struct ka_node *n, const char *word, const char *value)
{
	if (strcmp(word, "table") == 0 || strcmp(word, "lookup") == 0)
		add_table(c, l, n, value);
	else if (v->vmac_name != NULL && strcmp(value, v->vmac_name) == 0)
		add(l, VRRP_ROUTE_SELF);
	else
		add(l, value);
}

/* False: the line is left out, and *why says it. */
static bool
translate(struct ka_conv *c, const struct ka_instance *v,
    const struct ka_node *n, bool rule, struct line *l, char *why)
{
	const struct option *o;
	const char *word;
	unsigned i, j;

	l->len = 0;
	l->text[0] = '\0';
	for (i = 0; i < n->count; i++) {
		word = n->words[i];
		o = rule ? find(of_rule, COUNT(of_rule), word) :
		    find(of_route, COUNT(of_route), word);
		if (o != NULL && o->what == WHOLE) {
			(void)snprintf(why, VRRP_ROUTE_WHY_MAX, "%s: a route "
			    "has one gateway", word);
			return false;
		}
		if (o == NULL || o->what == SAME)
			add(l, o == NULL || o->ours == NULL ? word : o->ours);
		if (o != NULL && strncmp(word, "proto", 5) == 0)
			ka_say(c, KA_NOTE, n, "%.80s %.80s: routes and rules "
			    "of vrrpd have the protocol 112", word,
			    ka_arg(n, i + 1));
		else if (o != NULL && o->what == LEAVE)
			ka_say(c, KA_DIFFERENCE, n, "%.80s %.80s: left out: "
			    "%s has no such word", word, ka_arg(n, i + 1),
			    rule ? "a rule" : "a route");
		for (j = 0; o != NULL && j < o->values && i + 1 < n->count;
		    j++) {
			i++;
			if (o->what == SAME)
				add_value(c, v, l, n, o->ours != NULL ?
				    o->ours : word, n->words[i]);
		}
	}
	return true;
}

/* --- lists --- */

struct list {
	unsigned		 count, max;
	bool			 rule;
	struct vrrp_route	*routes;
	struct vrrp_rule	*rules;
	const char		**texts;
};

static bool
take_route(struct list *list, const struct line *l, uint8_t family, char *why)
{
	struct vrrp_route *r = &list->routes[list->count];
	unsigned i;

	if (vrrp_route_parse(l->text, family, r, why) < 0)
		return false;
	for (i = 0; i < list->count; i++)
		if (vrrp_route_excludes(&list->routes[i], r)) {
			(void)snprintf(why, VRRP_ROUTE_WHY_MAX, "there is "
			    "another one of this network, table and metric");
			return false;
		}
	return true;
}

static bool
take_rule(struct list *list, const struct line *l, uint8_t family, char *why)
{
	struct vrrp_rule *r = &list->rules[list->count];
	unsigned i;

	if (vrrp_rule_parse(l->text, family, r, why) < 0)
		return false;
	for (i = 0; i < list->count; i++)
		if (vrrp_rule_equal(&list->rules[i], r)) {
			(void)snprintf(why, VRRP_ROUTE_WHY_MAX, "there is "
			    "another one that is the same");
			return false;
		}
	return true;
}

/* One line; false without memory. */
static bool
take(struct ka_conv *c, const struct ka_instance *v, const struct ka_node *n,
    struct list *list)
{
	char why[VRRP_ROUTE_WHY_MAX] = "";
	char place[300];
	struct line l;
	bool good = translate(c, v, n, list->rule, &l, why);
	unsigned i;
	char *text;

	if (good && list->count == list->max) {
		(void)snprintf(why, sizeof(why), "an instance has %u of them",
		    list->max);
		good = false;
	}
	if (good)
		good = list->rule ? take_rule(list, &l, v->family, why) :
		    take_route(list, &l, v->family, why);
	if (good) {
		text = ka_new(c, l.len + 1);
		if (text == NULL)
			return false;
		memcpy(text, l.text, l.len + 1);
		list->texts[list->count++] = text;
		return true;
	}
	ka_say(c, KA_DIFFERENCE, n, "%s: left out: %s", list->rule ?
	    "a rule" : "a route", why);
	(void)fprintf(c->out, "    # %s, not carried over: ip %s add",
	    ka_place(n, place, sizeof(place)), list->rule ? "rule" : "route");
	for (i = 0; i < n->count; i++) {
		(void)fputc(' ', c->out);
		ka_put_word(c->out, n->words[i]);
	}
	(void)fputc('\n', c->out);
	return true;
}

static void
put(struct ka_conv *c, const struct ka_instance *v, const char *word,
    bool rule)
{
	struct list list = { .rule = rule,
	    .max = rule ? VRRP_RULES_MAX : VRRP_ROUTES_MAX };
	const struct ka_node *n;
	struct ka_lines lines;
	unsigned i;

	n = ka_lines_first(&lines, v->node, word);
	if (n == NULL)
		return;
	list.texts = ka_new(c, list.max * sizeof(*list.texts));
	if (rule)
		list.rules = ka_new(c, (list.max + 1) * sizeof(*list.rules));
	else
		list.routes = ka_new(c, (list.max + 1) * sizeof(*list.routes));
	if (c->no_memory)
		return;
	for (; n != NULL; n = ka_lines_next(&lines))
		if (!take(c, v, n, &list))
			return;
	for (i = 0; i < list.count; i++) {
		if (i == 0)
			(void)fprintf(c->out, "    %s = {", rule ? "rules" :
			    "routes");
		(void)fprintf(c->out, "%s\n        ", i == 0 ? "" : ",");
		ka_put_word(c->out, list.texts[i]);
	}
	if (list.count > 0)
		(void)fprintf(c->out, "\n    }\n");
}

void
ka_put_routes(struct ka_conv *c, const struct ka_instance *v)
{
	put(c, v, "virtual_routes", false);
	put(c, v, "virtual_rules", true);
}
