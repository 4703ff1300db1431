/*
 * vrrp_fallback.c - virtual_mac = auto: an instance goes on without the virtual MAC.
 *
 * vrrp_watch.c has found that the network refuses the virtual MAC of an instance that
 * may do without (vrrp_passage.h).  Another one without it goes on for that one, as
 * after a reload with virtual_mac = no (vrrp_succession.h): an Active installs,
 * adverts and announces from its own MAC in one turn, a Backup waits on.
 *
 * There is one direction only.  The decision is the heir's from then on
 * (v->p.virtual_mac, v->given_up_why): a reload leaves it, as for vrrp_diff.c two
 * instances with auto do not differ in it, unless it moves the instance to another
 * interface, family or VRID; a planned restart hands it over (vrrp_handoff.h), and
 * that of an Active stands in its will (vrrp_will.h), for the engine after a crash.  A
 * Backup finds out again before it is Active.  A start of vrrpd asks anew, and so does
 * what operators do about it: a reload with virtual_mac = yes.
 *
 * What cannot be now, because a reload is being carried out or the heir could not
 * run, is asked for again by vrrp_watch.c a second later, and is an alarm meanwhile.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_fallback.h"

#include <string.h>

#include "shared/log.h"
#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/engine/vrrp_succession.h"

static struct vrrp_instance *
goes_without(struct vrrp_router *r, struct vrrp_instance *v)
{
	static struct vrrp_params p;	/* too large for the locked stack */

	p = v->p;
	p.virtual_mac = false;
	if (!v->p.virtual_mac || !vrrp_succession_goes_on(v, &p))
		return NULL;
	return vrrp_succession_try(r, v, &p);
}

static void
fall_back(void *arg)
{
	struct vrrp_router *r = arg;
	struct vrrp_instance *v, *heir;
	char why[sizeof(v->given_up_why)];
	unsigned i;

	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		if (!v->gives_up)
			continue;
		v->gives_up = false;
		if (r->apply != NULL || !r->started)
			continue;
		memcpy(why, v->given_up_why, sizeof(why));
		heir = goes_without(r, v);
		if (heir == NULL)
			continue;
		memcpy(heir->given_up_why, why, sizeof(why));
		heir->given_up_real_ns = loop_realtime_ns();
		log_notice("instance=%s virtual_mac=auto goes without: %s",
		    heir->p.name, why);
	}
}

void
vrrp_fallback_asked(struct vrrp_instance *v, void *arg)
{
	struct vrrp_router *r = arg;

	(void)v;
	/* Without memory for it the next round asks again. */
	(void)loop_defer(r->loop, fall_back, r);
}

void
vrrp_fallback_cancel(struct vrrp_router *r)
{
	loop_defer_cancel(r->loop, fall_back, r);
}
