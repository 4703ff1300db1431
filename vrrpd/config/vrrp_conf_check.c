/*
 * vrrp_conf_check.c - what can only be checked when all files are read.
 *
 * Instances were built one by one, each good in itself.  Here they are held
 * against each other (names, virtual router IDs, addresses, peers), references
 * against declarations, groups against their members.  Each complaint stands at
 * the place of the later of the two, and d->places knows it.
 *
 * Names are looked up here and not before because a tracker or member may be
 * declared after its use, in any file.  What a group tracks becomes a reference of
 * each member, marked from_group, so that the rest of the daemon knows instances
 * only.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/priv.h"
#include "shared/pure/mono.h"
#include "vrrpd/config/vrrp_command.h"
#include "vrrpd/config/vrrp_conf_check.h"
#include "vrrpd/config/vrrp_conf_lint.h"

/* --- instances against each other --- */

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

/* The source is one of the interface, for each family, not of an instance. */
static void
check_source(struct draft *d, unsigned older, unsigned newer)
{
	struct parse *p = &d->p;
	const struct vrrp_params *a = &d->config.instances[older];
	const struct vrrp_params *b = &d->config.instances[newer];
	const struct places *pb = d->places[newer];
	char text[2][ADDR_STRLEN];

	if (a->family != b->family || strcmp(a->interface, b->interface) != 0 ||
	    addr_equal(&a->source, &b->source))
		return;
	bad(p, pb->source > 0 ? pb->source : pb->declared, "instance %s: "
	    "source = %s, but instance %s on %s has %s: all on one interface "
	    "have the same", b->name, addr_is_set(&b->source) ?
	    addr_format(&b->source, text[0], sizeof(text[0])) : "(none)",
	    a->name, a->interface, addr_is_set(&a->source) ? addr_format(
	    &a->source, text[1], sizeof(text[1])) : "none");
}

static void
check_device(struct draft *d, unsigned older, unsigned newer)
{
	const struct vrrp_params *a = &d->config.instances[older];
	const struct vrrp_params *b = &d->config.instances[newer];

	if (b->virtual_mac_device[0] != '\0' && strcmp(
	    a->virtual_mac_device, b->virtual_mac_device) == 0)
		bad(&d->p, d->places[newer]->device, "virtual_mac_device = %s "
		    "is that of instance %s already (%s:%d)",
		    b->virtual_mac_device, a->name, d->places[older]->file,
		    d->places[older]->device);
}

/* A device that is to be made is not one that is there. */
static void
check_device_is_none(struct draft *d, unsigned instance)
{
	const struct vrrp_params *v = &d->config.instances[instance];
	const char *name = v->virtual_mac_device;
	unsigned i;

	for (i = 0; name[0] != '\0' && i < d->config.count; i++)
		if (strcmp(d->config.instances[i].interface, name) == 0) {
			bad(&d->p, d->places[instance]->device,
			    "virtual_mac_device = %s: that is the interface of "
			    "instance %s", name, d->config.instances[i].name);
			return;
		}
}

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
	check_source(d, older, newer);
	check_device(d, older, newer);
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

static const char *
kind_of(const struct vip_ref *r)
{
	return r->index < r->v->vip_count ? "virtual" : "other";
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
		bad(p, b->pl->vips[b->index], "%s address %s is given "
		    "twice (first on line %d)", kind_of(b), text,
		    a->pl->vips[a->index]);
	else
		bad(p, b->pl->vips[b->index], "%s address %s is in "
		    "instance %s already (%s:%d)", kind_of(b), text, a->v->name,
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

/* --- links --- */

static int64_t
detection_ns(const struct vrrp_bfd_params *b)
{
	return b->min_rx_ns * b->multiplier;
}

/* L-18: the takeover waits for a link that detects later than the peer. */
static void
check_order(struct parse *p, const char *file, int line,
    const struct vrrp_bfd_params *link, const struct vrrp_bfd_params *peer,
    const char *peer_name)
{
	int64_t wait_ns = detection_ns(link) + peer->min_rx_ns -
	    detection_ns(peer);
	char text[ADDR_STRLEN];

	if (wait_ns <= 0 || p->warnings == NULL)
		return;
	conf_errors_add(p->warnings, file, line, "bfd %s finds a dead link "
	    "after %.1f ms, bfd %s a dead router after %.1f ms: takeovers wait "
	    "up to %.1f ms longer, in case the link is dead as well",
	    addr_format(&link->peer, text, sizeof(text)),
	    (double)detection_ns(link) / 1e6, peer_name,
	    (double)detection_ns(peer) / 1e6, (double)wait_ns / 1e6);
}

static void
check_links(struct draft *d, unsigned instance)
{
	struct parse *p = &d->p;
	const struct vrrp_params *v = &d->config.instances[instance];
	const struct places *pl = d->places[instance];
	char text[ADDR_STRLEN];
	unsigned i, j;

	for (i = 0; i < v->bfd_count; i++) {
		if (v->bfd[i].role != VRRP_BFD_LINK)
			continue;
		for (j = 0; j < v->bfd_count; j++)
			if (v->bfd[j].role == VRRP_BFD_PEER)
				check_order(p, pl->file, pl->bfd[i],
				    &v->bfd[i], &v->bfd[j],
				    addr_format(&v->bfd[j].peer, text,
				    sizeof(text)));
		if (v->has_bfd_auto)
			check_order(p, pl->file, pl->bfd[i], &v->bfd[i],
			    &v->bfd_auto, "auto");
	}
}

/* --- tracking, and commands --- */

static void
check_ref(struct draft *d, struct vrrp_track_ref *r, int line)
{
	struct parse *p = &d->p;
	const struct vrrp_tracker_params *t;

	t = vrrp_config_tracker(&d->config, r->kind, r->name);
	if (t == NULL && r->kind != VRRP_TRACK_INTERFACE)
		bad(p, line, "track_%s %s: there is no %s of that name",
		    vrrp_track_kind_name(r->kind), r->name,
		    vrrp_track_kind_name(r->kind));
	if (r->weight == NO_WEIGHT)
		r->weight = t == NULL ? 0 : t->weight;
}

static bool
comes_before(const struct vrrp_tracker_params *a,
    const struct vrrp_tracker_params *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->kind == VRRP_TRACK_ROUTE && strcmp(a->name, b->name) < 0;
}

/*
 * By kind, as a file is read, and routes, which are read with what tracks them, by
 * name: printed and read back the order is the same.
 */
static void
sort_trackers(struct vrrp_config *c)
{
	struct vrrp_tracker_params t;
	unsigned i, j;

	for (i = 1; i < c->tracker_count; i++) {
		t = c->trackers[i];
		for (j = i; j > 0 && comes_before(&t, &c->trackers[j - 1]); j--)
			c->trackers[j] = c->trackers[j - 1];
		c->trackers[j] = t;
	}
}

/*
 * A program that others could change is refused.  One that cannot be run now is
 * a warning and no more, as it may be there when it is needed, or this is not the
 * machine that the file is for.
 */
static void
look_at_command(struct draft *d, int line, const char *command,
    const char *user)
{
	struct parse *p = &d->p;
	char why[160];
	int rv;

	if (!d->look || command[0] == '\0')
		return;
	rv = vrrp_command_check(command, user, d->config.check_user, why,
	    sizeof(why));
	if (rv == -EPERM)
		bad(p, line, "%.80s: %s", command, why);
	else if (rv < 0 && p->warnings != NULL)
		conf_errors_add(p->warnings, p->file, line, "%.80s: %s",
		    command, why);
}

static void
look_at_hooks(struct draft *d, int line, const struct vrrp_notify_params *n)
{
	unsigned i;

	for (i = 0; i < VRRP_NOTIFY_ON_COUNT; i++)
		look_at_command(d, line, n->command[i], n->user);
}

/* Called before the trackers are sorted: d->tracker_files is in their order. */
static void
look_at_commands(struct draft *d)
{
	struct parse *p = &d->p;
	const struct vrrp_config *c = &d->config;
	struct priv_user check;
	unsigned i;

	if (d->look && p->warnings != NULL && c->check_user[0] != '\0' &&
	    priv_lookup_check(c->check_user, &check) == -ENOENT)
		conf_errors_add(p->warnings, d->sources[0].path, 0,
		    "check_user: there is no user %s", c->check_user);
	for (i = 0; i < c->tracker_count; i++) {
		p->file = d->tracker_files[i];
		look_at_command(d, c->trackers[i].line, c->trackers[i].command,
		    c->trackers[i].user);
		look_at_command(d, c->trackers[i].line,
		    c->trackers[i].on_change, c->trackers[i].on_change_user);
	}
	for (i = 0; i < c->count; i++) {
		p->file = d->places[i]->file;
		look_at_hooks(d, d->places[i]->declared,
		    &c->instances[i].notify);
	}
	for (i = 0; i < d->group_count; i++) {
		p->file = d->groups[i]->file;
		look_at_hooks(d, d->groups[i]->line, &d->groups[i]->notify);
	}
}

static void
check_names(struct draft *d)
{
	struct parse *p = &d->p;
	struct vrrp_config *c = &d->config;
	struct vrrp_params *v;
	struct group_words *g;
	unsigned i, j;

	for (i = 0; i < c->count; i++) {
		v = &c->instances[i];
		p->file = d->places[i]->file;
		for (j = 0; j < v->track_count; j++) {
			check_ref(d, &v->tracks[j], d->places[i]->tracks[j]);
			if (v->priority == VRRP_PRIORITY_OWNER)	/* L-16 */
				bad(p, d->places[i]->tracks[j], "track_%s %s: "
				    "the owner of an address (priority = 255) "
				    "is Active whatever else is down",
				    vrrp_track_kind_name(v->tracks[j].kind),
				    v->tracks[j].name);
		}
		for (j = 0; j < v->bfd_count; j++)
			if (v->priority == VRRP_PRIORITY_OWNER &&
			    v->bfd[j].role == VRRP_BFD_LINK)
				bad(p, d->places[i]->bfd[j], "role = link: "
				    "the owner of an address (priority = 255) "
				    "is Active whatever else is down");
	}
	for (i = 0; i < d->group_count; i++) {
		g = d->groups[i];
		p->file = g->file;
		for (j = 0; j < g->track_count; j++)
			check_ref(d, &g->tracks[j], g->track_lines[j]);
	}
	look_at_commands(d);
	sort_trackers(c);
}

/* --- groups --- */

static void
give_member(struct parse *p, const struct group_words *w, unsigned at,
    struct vrrp_params *v)
{
	const struct vrrp_track_ref *r = &w->tracks[at];
	unsigned i;

	for (i = 0; i < v->track_count; i++)
		if (v->tracks[i].kind == r->kind &&
		    strcmp(v->tracks[i].name, r->name) == 0)
			break;
	if (i < v->track_count && v->tracks[i].from_address) {
		v->tracks[i] = *r;
		v->tracks[i].from_group = true;
	} else if (i < v->track_count)
		bad(p, w->track_lines[at], "track_%s %s: instance %s tracks it "
		    "as well", vrrp_track_kind_name(r->kind), r->name, v->name);
	else if (v->track_count == VRRP_TRACKS_MAX)
		bad(p, w->track_lines[at], "instance %s has more than %d "
		    "things tracked, with those of its group", v->name,
		    VRRP_TRACKS_MAX);
	else {
		v->tracks[v->track_count] = *r;
		v->tracks[v->track_count++].from_group = true;
	}
}

static void
give_members(struct draft *d, const struct group_words *w,
    struct vrrp_group_params *g)
{
	struct parse *p = &d->p;
	unsigned i, j;

	g->notify = w->notify;
	g->track_count = w->track_count;
	memcpy(g->tracks, w->tracks, sizeof(g->tracks));
	for (i = 0; i < w->track_count; i++)
		for (j = 0; j < g->count; j++)
			give_member(p, w, i,
			    &d->config.instances[g->members[j]]);
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
	give_members(d, w, g);
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

int
vrrp_conf_check(struct draft *d)
{
	struct parse *p = &d->p;
	struct vrrp_config *c = &d->config;
	struct vip_ref *refs;
	size_t count = 0, n;
	unsigned i, j;

	for (i = 0; i < c->count; i++)
		count += vrrp_params_addresses(&c->instances[i]);
	if ((refs = calloc(count + 1, sizeof(*refs))) == NULL)
		return -ENOMEM;
	for (i = 0, n = 0; i < c->count; i++)
		for (j = 0; j < vrrp_params_addresses(&c->instances[i]);
		    j++)
			refs[n++] = (struct vip_ref){ &c->instances[i],
			    d->places[i], j, i };
	qsort(refs, count, sizeof(*refs), vip_ref_cmp);

	for (i = 0; i < c->count; i++) {
		p->file = d->places[i]->file;
		for (j = 0; j < i; j++)
			check_pair(d, j, i);
		check_bfd_peers(d, refs, count, i);
		check_bfd_speed(d, i);
		check_links(d, i);
		check_device_is_none(d, i);
	}
	vrrp_conf_lint(d);		/* before trackers are sorted */
	check_names(d);
	for (n = 1; n < count; n++)
		check_same_vip(p, &refs[n - 1], &refs[n]);
	free(refs);
	return check_groups(d);
}
