/*
 * ka_garp.c - the words about announcements, of the globals and of instances.
 *
 * keepalived announces in two bursts, vrrpd at even distances.  Common to both
 * are how often an address is announced after a takeover (garp_repeat), and how
 * many seconds lie between the announcements after that (garp_refresh).
 */
#include "config.h"

#include "vrrpd/convert/ka_garp.h"

#include <string.h>

#include "shared/pure/mono.h"
#include "vrrpd/convert/ka_table.h"
#include "vrrpd/convert/ka_words.h"

#define GARP_REPEAT	5	/* of both daemons, where nothing is said */
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct ka_rule garp_words[] = {
	{ "garp_master_repeat", KA_NOTE, NULL },
	{ "garp_master_refresh", KA_NOTE, NULL },
	{ "min_garp", KA_NOTE, NULL },
	{ "garp_interval", KA_NOTE, NULL },
	{ "gna_interval", KA_NOTE, NULL },
	{ "garp_master_delay", KA_NOTE, "there is no second burst: the "
	    "announcements go out one by one, garp_interval apart" },
	{ "garp_master_refresh_repeat", KA_NOTE, "each address is "
	    "announced once per garp_refresh" },
	{ "garp_lower_prio_repeat", KA_NOTE, "lesser adverts begin the "
	    "announcements anew, garp_repeat of them" },
	{ "garp_lower_prio_delay", KA_NOTE, "lesser adverts begin the "
	    "announcements anew, garp_interval apart" },
	{ "garp_extra_if", KA_DIFFERENCE, "garp_refresh announces every "
	    "address where it is" },
};
const struct ka_table ka_table_garp = { "announcements", garp_words,
    COUNT(garp_words) };

/* keepalived warns of "1.0" and takes the 1, as of any whole number's end. */
static bool
whole_seconds(struct ka_conv *c, const struct ka_node *n, long *out)
{
	const char *s = ka_arg(n, 1), *point = strchr(s, '.');
	int64_t ns;

	if (point == NULL || point == s || point[strspn(point, ".0")] != '\0')
		return ka_number(c, n, 1, 0, 86400, out);
	if (!ka_span(c, n, 1, NS_PER_S, 0, 86400 * NS_PER_S, &ns))
		return false;
	*out = ns / NS_PER_S;
	return true;
}

bool
ka_take_garp(struct ka_conv *c, const struct ka_node *n, struct ka_garp *g)
{
	const char *word = n->words[0];
	const struct ka_rule *r;
	int64_t ns;
	long v;

	if (strncmp(word, "vrrp_", 5) == 0)
		word += 5;
	if ((r = ka_rule_find(garp_words, COUNT(garp_words), word)) == NULL)
		return false;
	if (r->text != NULL) {
		ka_say(c, r->kind, n, "%s: left out: %s", n->words[0], r->text);
		return true;
	}
	if (strcmp(word, "min_garp") == 0) {
		if (ka_bool(c, n))
			g->repeat = 1;
		ka_no_more(c, n, 1);
		return true;
	}
	if (strcmp(word, "garp_interval") == 0 ||
	    strcmp(word, "gna_interval") == 0) {
		/* 0 is in many examples, and keepalived itself refuses it. */
		if (strspn(ka_arg(n, 1), "0.") != strlen(ka_arg(n, 1)) &&
		    ka_span(c, n, 1, NS_PER_S, 1000, 3600 * NS_PER_S, &ns))
			ka_say(c, KA_NOTE, n, "%s: left out: vrrpd sends"
			    " at most 64 announcements per millisecond, and "
			    "those of one address garp_interval apart",
			    n->words[0]);
		return true;
	}
	if (!whole_seconds(c, n, &v))
		return true;
	ka_no_more(c, n, 1);
	if (strcmp(word, "garp_master_refresh") == 0)
		g->refresh_s = v;
	else if (v < 1 || v > 100) {
		g->repeat = v < 1 ? 1 : 100;
		ka_say(c, KA_DIFFERENCE, n, "%s %ld: garp_repeat is 1 to 100; "
		    "%ld is written", n->words[0], v, g->repeat);
	} else
		g->repeat = v;
	return true;
}

void
ka_put_garp(struct ka_conv *c, const struct ka_instance *v)
{
	long repeat = v->garp.repeat > 0 ? v->garp.repeat : c->garp.repeat;
	long refresh = v->garp.refresh_s >= 0 ? v->garp.refresh_s :
	    c->garp.refresh_s;

	if (repeat > 0 && repeat != GARP_REPEAT)
		(void)fprintf(c->out, "    garp_repeat = %ld\n", repeat);
	if (refresh > 0)
		(void)fprintf(c->out, "    garp_refresh = %lds\n", refresh);
}
