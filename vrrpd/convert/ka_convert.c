/*
 * ka_convert.c - a conversion from the first word to the last: who is asked in
 * which order.
 *
 * Two passes.  The first reads every block into the structures of ka_conv.h, in
 * any order: keepalived drops a tracker that is declared after its use, here it
 * is found.  The second writes vrrpd.conf.  A word is either taken by somebody
 * or stands in a table with what is to be said about it; one in no table is
 * said to be unknown.  So nothing is left out in silence.
 *
 * What is written is what the router does with keepalived's defaults, spelled
 * out where vrrpd has other ones and nowhere else, so that it goes on speaking
 * with a keepalived on the same link.  ka_layout.c gives it the order of the file.
 *
 * The files below this one: ka_global, ka_group, ka_instance, ka_track and
 * ka_server each own the words of one kind of block; ka_address, ka_bfd,
 * ka_command, ka_garp, ka_notify and ka_offer the subjects that blocks share;
 * ka_words what every line has in common.
 */
#include "config.h"

#include "vrrpd/convert/ka_convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/convert/ka_beside.h"
#include "vrrpd/convert/ka_command.h"
#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_global.h"
#include "vrrpd/convert/ka_group.h"
#include "vrrpd/convert/ka_instance.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_server.h"
#include "vrrpd/convert/ka_table.h"
#include "vrrpd/convert/ka_track.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Blocks and words at the top that are no router and no tracker. */
static const struct ka_rule tops[] = {
	{ "static_ipaddress", KA_DIFFERENCE, NULL },
	{ "static_routes", KA_DIFFERENCE, NULL },
	{ "static_rules", KA_DIFFERENCE, NULL },
	{ "track_group", KA_DIFFERENCE, "vrrpd watches its own addresses only; "
	    "static ones and their groups are left out" },
	{ "garp_group", KA_NOTE, "vrrpd spaces its announcements itself "
	    "(garp_interval of an instance)" },
	{ "linkbeat_interfaces", KA_NOTE, "the state of links comes from "
	    "the kernel as events; nothing is polled" },
	{ "virtual_server", KA_DIFFERENCE, NULL },
	{ "virtual_server_group", KA_DIFFERENCE, KA_OF_IPVS },
	{ "SSL", KA_DIFFERENCE, KA_OF_IPVS },
	{ "ssl", KA_DIFFERENCE, KA_OF_IPVS },
};
const struct ka_table ka_table_tops = { "the top of the file", tops,
    COUNT(tops) };

static void
read_top(struct ka_conv *c, const struct ka_node *n)
{
	static const struct { const char *word; enum ka_tracker_kind kind; }
	trackers[] = {
		{ "vrrp_script", KA_SCRIPT },
		{ "vrrp_track_process", KA_PROCESS },
		{ "track_file", KA_FILE },
		{ "vrrp_track_file", KA_FILE },
		{ "bfd_instance", KA_BFD },
	};
	const struct ka_rule *r;
	const struct ka_node *w;
	size_t i;

	if (ka_is(n, "global_defs")) {
		for (w = n->first; w != NULL; w = w->next)
			ka_read_global(c, w);
		return;
	}
	if (ka_is(n, "vrrp_instance")) {
		ka_read_instance(c, n);
		return;
	}
	if (ka_is(n, "vrrp_sync_group")) {
		ka_read_group(c, n);
		return;
	}
	if (ka_is(n, "interface_up_down_delays")) {
		for (w = n->first; w != NULL; w = w->next)
			ka_read_delay(c, w);
		return;
	}
	for (i = 0; i < COUNT(trackers); i++)
		if (ka_is(n, trackers[i].word)) {
			ka_read_tracker(c, n, trackers[i].kind);
			return;
		}
	if ((r = ka_rule_find(tops, COUNT(tops), n->words[0])) != NULL) {
		ka_rule_say(c, r, n, NULL);
		return;
	}
	/* Old files have global words without a block. */
	if (!n->block && ka_is_global(n)) {
		ka_read_global(c, n);
		return;
	}
	ka_say(c, KA_DIFFERENCE, n, "%.80s: not a word known at the top of a "
	    "file; %s", n->words[0], n->block ? "its block is left out" :
	    "left out");
}

static int
convert(struct ka_conv *c)
{
	const struct ka_node *n;
	struct ka_instance *v;
	struct ka_group *g;

	for (n = c->tree->root.first; n != NULL; n = n->next)
		read_top(c, n);
	if (c->instances == NULL) {
		ka_say(c, KA_ERROR, NULL, "there is no vrrp_instance: no router"
		    " in it");
		return -EINVAL;
	}
	ka_settle_user(c);
	if (c->no_memory)
		return -ENOMEM;
	for (v = c->instances; v != NULL; v = v->next)
		ka_find_trackers(c, v->tracks, v->out);
	for (g = c->groups; g != NULL; g = g->next)
		ka_resolve_group(c, g);
	ka_put_globals(c);
	ka_put_trackers(c);
	ka_put_instances(c);
	for (g = c->groups; g != NULL; g = g->next)
		ka_put_group(c, g);
	ka_say_delays(c);
	for (n = c->tree->root.first; n != NULL; n = n->next) {
		if (strncmp(n->words[0], "static_", 7) == 0)
			ka_put_static(c, n);
		else if (ka_is(n, "virtual_server"))
			ka_put_virtual_server(c, n);
	}
	return c->no_memory ? -ENOMEM : 0;
}

/* The guide of a conversion that is done; NULL: no memory. */
static char *
guide_of(const struct ka_conv *c, const struct ka_beside *beside)
{
	char *guide = NULL;
	size_t len;
	FILE *to;

	if ((to = open_memstream(&guide, &len)) == NULL)
		return NULL;
	ka_put_beside(c, beside, to);
	if (fclose(to) == 0)
		return guide;
	free(guide);
	return NULL;
}

int
ka_convert_beside(struct ka_tree *tree, const struct ka_source *src,
    const struct ka_beside *beside, char **text, char **guide)
{
	char *out = NULL, *laid = NULL;
	struct ka_conv c;
	size_t len;
	int rv;

	memset(&c, 0, sizeof(c));
	c.tree = tree;
	c.src = src;
	c.version = 2;			/* the default of keepalived */
	if ((c.out = open_memstream(&out, &len)) == NULL)
		return -ENOMEM;
	rv = convert(&c);
	ka_remarks_sort(&tree->remarks);
	if (fclose(c.out) != 0 && rv == 0)
		rv = -ENOMEM;
	if (rv == 0 && ((laid = ka_layout(&c, out, len)) == NULL ||
	    (beside != NULL && (*guide = guide_of(&c, beside)) == NULL)))
		rv = -ENOMEM;
	free(out);
	if (rv == 0)
		*text = laid;
	else
		free(laid);
	return rv;
}

int
ka_convert(struct ka_tree *tree, const struct ka_source *src, char **text)
{
	return ka_convert_beside(tree, src, NULL, text, NULL);
}
