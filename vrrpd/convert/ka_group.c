/*
 * ka_group.c - vrrp_sync_group to group.
 *
 * A group tracks for its members, so that the members need not; BFD sessions
 * are the exception, because in vrrpd.conf(5) an instance has them.  A member
 * that is not there, or is in two groups, is left out and said.
 */
#include "config.h"

#include "vrrpd/convert/ka_group.h"

#include <string.h>

#include "vrrpd/convert/ka_instance.h"
#include "vrrpd/convert/ka_layout.h"
#include "vrrpd/convert/ka_notify.h"
#include "vrrpd/convert/ka_table.h"
#include "vrrpd/convert/ka_track.h"
#include "vrrpd/convert/ka_words.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct ka_rule group_words[] = {
	{ "smtp_alert", KA_NOTE, NULL },
	{ "group", KA_NOTE, NULL },
	{ "sync_group_tracking_weight", KA_NOTE, NULL },
	{ "notify_priority_changes", KA_DIFFERENCE, "priorities are in vrrpctl "
	    "monitor" },
	{ "global_tracking", KA_DIFFERENCE, "deprecated: name the trackers in "
	    "the group" },
};
const struct ka_table ka_table_group = { "vrrp_sync_group", group_words,
    COUNT(group_words) };

static bool
group_name_taken(struct ka_conv *c, const char *name)
{
	struct ka_group *g;

	for (g = c->groups; g != NULL; g = g->next)
		if (strcmp(g->out, name) == 0)
			return true;
	return false;
}

void
ka_read_group(struct ka_conv *c, const struct ka_node *n)
{
	struct ka_group *g, **at;
	const struct ka_node *w;
	const struct ka_rule *r;

	if ((g = ka_new(c, sizeof(*g))) == NULL)
		return;
	g->node = n;
	ka_name(c, n, "group", ka_arg(n, 1), g->out, group_name_taken);
	for (at = &c->groups; *at != NULL; at = &(*at)->next)
		continue;
	*at = g;
	for (w = n->first; w != NULL; w = w->next) {
		if (ka_take_notify(c, w, g->notify) ||
		    ka_read_track(c, w, &g->tracks))
			continue;
		r = ka_rule_find(group_words, COUNT(group_words), w->words[0]);
		if (r == NULL || r->text != NULL)
			ka_rule_say(c, r, w, "vrrp_sync_group");
		else if (ka_is(w, "group"))
			g->members = w;
		else if (ka_is(w, "smtp_alert")) {
			g->smtp_alert = w;
			(void)ka_bool(c, w);
		}
		else if (ka_is(w, "sync_group_tracking_weight"))
			g->weights = ka_bool(c, w);
	}
}

/* The weights of members and groups, before anything is written. */
void
ka_resolve_group(struct ka_conv *c, struct ka_group *g)
{
	const struct ka_node *m;
	struct ka_instance *v;
	struct ka_track *t, *o, *copy;

	ka_find_trackers(c, g->tracks, g->out);
	for (t = g->tracks; t != NULL; t = t->next)
		g->refs += t->name != NULL && t->kind != KA_BFD;
	if (g->members == NULL)
		return;
	for (m = g->members->first; m != NULL; m = m->next) {
		if ((v = ka_find_instance(c, m->words[0])) == NULL ||
		    v->group != NULL)
			continue;
		v->group = g;
		for (t = v->tracks; t != NULL && !g->weights; t = t->next)
			if (t->weight != 0 && !t->of_group) {
				ka_say(c, KA_NOTE, t->node, "%.80s: the weight"
				    " of a member of a group is ignored by "
				    "keepalived, so it is left out",
				    t->name);
				t->name = NULL;
			}
		/* Members need not track what their group does. */
		for (t = g->tracks; t != NULL; t = t->next) {
			if (t->name == NULL)
				continue;
			for (o = v->tracks; o != NULL; o = o->next)
				if (o->name != NULL && o->kind == t->kind &&
				    strcmp(o->name, t->name) == 0)
					o->name = NULL;
			if (t->kind != KA_BFD ||
			    (copy = ka_new(c, sizeof(*copy))) == NULL)
				continue;
			*copy = *t;
			copy->of_group = true;
			copy->next = v->tracks;
			v->tracks = copy;
		}
	}
}

static void
begin(struct ka_conv *c, const struct ka_group *g)
{
	ka_begin(c, g->node);
	(void)fprintf(c->out, "group %s {\n", g->out);
	ka_put_comments(c, g->node);
	(void)fprintf(c->out, "    members = { ");
}

void
ka_put_group(struct ka_conv *c, struct ka_group *g)
{
	const struct ka_node *m;
	struct ka_instance *v;
	unsigned count = 0, refs = 0;

	for (m = g->members == NULL ? NULL : g->members->first; m != NULL;
	    m = m->next) {
		ka_no_more(c, m, 0);
		v = ka_find_instance(c, m->words[0]);
		if (v == NULL)
			ka_say(c, KA_DIFFERENCE, m, "there is no vrrp_instance"
			    " %.80s: it is left out of group %s", m->words[0],
			    g->out);
		else if (v->left_out)
			ka_say(c, KA_DIFFERENCE, m, "vrrp_instance %.80s is "
			    "left out, and so of group %s", m->words[0],
			    g->out);
		else if (v->group != g)
			ka_say(c, KA_DIFFERENCE, m, "vrrp_instance %.80s is in"
			    " a group already: it is left out of group %s",
			    m->words[0], g->out);
		else {
			if (count++ == 0)
				begin(c, g);
			else
				(void)fprintf(c->out, ", ");
			(void)fprintf(c->out, "%s", v->out);
			v->group = NULL;	/* no second group gets it */
		}
	}
	if (count == 0) {
		ka_say(c, KA_DIFFERENCE, g->node, "vrrp_sync_group %s has no "
		    "members: left out", g->out);
		return;
	}
	(void)fprintf(c->out, " }\n");
	ka_put_tracks(c, g->tracks, NULL, &refs);
	ka_put_notify(c, g->notify, g->out);
	ka_put_mail(c, g->smtp_alert);
	(void)fprintf(c->out, "}\n");
	ka_say(c, KA_NOTE, g->node, "a group of vrrpd goes to another router "
	    "as one, also when its Active is silent on one link only: see "
	    "vrrpd.conf(5)");
}
