/*
 * vrrp_source.c - which of an interface's own addresses adverts come from.
 *
 * A comparison and a running best: nothing is kept of what was offered, so there
 * may be any number of addresses.  The comparison is lexicographic over the steps,
 * hence the last step needed against any other is that against the second best.
 *
 * Called by vrrp_iface.c, which waits for an address that goes before it offers
 * the others.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_source.h"

#include <string.h>

#define SCOPE_HOST	254	/* RT_SCOPE_HOST */

/* <0: a is better.  *why: the step that decides. */
static int
compare(const struct vrrp_source *a, const struct vrrp_source *b,
    enum vrrp_source_why *why)
{
	if (a->scope != b->scope) {
		*why = VRRP_SOURCE_SCOPE;
		return a->scope < b->scope ? -1 : 1;
	}
	if (a->deprecated != b->deprecated) {
		*why = VRRP_SOURCE_LASTING;
		return a->deprecated ? 1 : -1;
	}
	if (a->secondary != b->secondary) {
		*why = VRRP_SOURCE_PRIMARY;
		return a->secondary ? 1 : -1;
	}
	if (a->apart != b->apart) {
		*why = VRRP_SOURCE_NETWORK;
		return a->apart ? 1 : -1;
	}
	*why = VRRP_SOURCE_LOWEST;
	return addr_cmp(&a->addr, &b->addr);
}

static bool
may_be(const struct vrrp_source *s)
{
	return s->addr.family == AF_INET6 ? addr_is_link_local(&s->addr) :
	    s->scope < SCOPE_HOST;
}

static unsigned
precedence(const struct vrrp_source_choice *c, const struct vrrp_source *s)
{
	return addr_equal(&s->addr, &c->home) ? 2 :
	    addr_equal(&s->addr, &c->used) ? 1 : 0;
}

void
vrrp_source_begin(struct vrrp_source_choice *c, const struct addr *used,
    const struct addr *home, const struct addr *wanted)
{
	memset(c, 0, sizeof(*c));
	c->used = *used;
	c->home = *home;
	c->wanted = *wanted;
}

void
vrrp_source_offer(struct vrrp_source_choice *c, const struct vrrp_source *s)
{
	enum vrrp_source_why why;
	unsigned mine, best;
	int order;

	if (!may_be(s) || (addr_is_set(&c->wanted) &&
	    !addr_equal(&s->addr, &c->wanted)))
		return;
	if (s->tentative) {
		c->used_is_tentative |= addr_equal(&s->addr, &c->used);
		return;
	}
	if (c->count++ == 0) {
		c->best = c->by_rule = *s;
		c->rule_why = addr_is_set(&c->wanted) ?
		    VRRP_SOURCE_CONFIGURED : VRRP_SOURCE_ONLY;
		return;
	}
	mine = precedence(c, s);
	best = precedence(c, &c->best);
	if (mine != best ? mine > best : compare(s, &c->best, &why) < 0)
		c->best = *s;
	order = compare(s, &c->by_rule, &why);
	if (order < 0) {
		c->by_rule = *s;
		c->rule_why = why;
	} else if (order > 0 && why > c->rule_why) {
		c->rule_why = why;
	}
}

enum vrrp_source_why
vrrp_source_why(const struct vrrp_source_choice *c)
{
	if (c->count == 0)
		return VRRP_SOURCE_NONE;
	return addr_equal(&c->best.addr, &c->by_rule.addr) ? c->rule_why :
	    VRRP_SOURCE_IN_USE;
}

const char *
vrrp_source_why_name(enum vrrp_source_why why)
{
	switch (why) {
	case VRRP_SOURCE_NONE:
		break;
	case VRRP_SOURCE_CONFIGURED:
		return "configured";
	case VRRP_SOURCE_ONLY:
		return "only";
	case VRRP_SOURCE_SCOPE:
		return "scope";
	case VRRP_SOURCE_LASTING:
		return "not-deprecated";
	case VRRP_SOURCE_PRIMARY:
		return "not-secondary";
	case VRRP_SOURCE_NETWORK:
		return "network";
	case VRRP_SOURCE_LOWEST:
		return "lowest";
	case VRRP_SOURCE_IN_USE:
		return "in-use";
	case VRRP_SOURCE_AWAITED:
		return "awaited";
	}
	return "none";
}
