/*
 * virtual_router.c - what is always true of a virtual router.
 *
 * The struct is written by a dozen files, each of which knows its own fields.
 * What must hold between them stands here, once, and is asserted whenever the
 * instance comes to rest: after every answer of the core that was carried out,
 * and after every look at whether it may run.  In unit tests, in the simulator
 * and in the daemon alike: a wrong Active is worse than a restart.
 *
 * Nothing here depends on what came from the wire or from the kernel; what they
 * can bring about must leave all of this true.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/instance/virtual_router.h"

/* The newest transition on record led to the present state. */
static void
check_history(const struct vrrp_instance *v)
{
	const struct vrrp_record *newest;

	assert(v->published <= v->logged && v->logged <= v->history_count);
	if (v->history_count == 0) {
		assert(v->core.state == VRRP_INITIALIZE);
		return;
	}
	newest = &v->history[(v->history_count - 1) % VRRP_HISTORY_MAX];
	assert(newest->tr.to == v->core.state);
	assert(!v->fresh);
}

static void
check_hold(const struct vrrp_instance *v)
{
	/* Without a device or an interface nothing is held or waited for. */
	if (v->vips == NULL)
		assert(!v->holds && !v->refreshing && v->batch_count == 0 &&
		    v->frame_len == 0 && v->resign_len == 0);
	assert(v->batch_count <= VRRP_BATCHES_MAX &&
	    v->batch_first < VRRP_BATCHES_MAX);
	assert(v->announce_at < vrrp_params_addresses(&v->p) ||
	    vrrp_params_addresses(&v->p) == 0);
	/* An advert that waits for the kernel is that of an Active. */
	assert(v->held == 0 || (v->core.state == VRRP_ACTIVE &&
	    (v->p.family == AF_INET6 || v->together)));
}

void
vrrp_instance_check(const struct vrrp_instance *v)
{
	bool lingers = v->linger.phase != VRRP_LINGER_NOT;

	/* An Active has its addresses; whoever has left does not run on them. */
	assert(v->core.state != VRRP_ACTIVE || v->holds);
	assert(v->core.state != VRRP_ACTIVE || !lingers);
	assert(v->core.state == VRRP_INITIALIZE || v->vips != NULL);
	/* Addresses of the engine before us are taken up, or dropped. */
	assert(v->core.state == VRRP_INITIALIZE || !v->kept);
	/* The core knows what the instance was told. */
	assert(v->core.p.grouped == (v->group != NULL));
	assert(!v->handed_over || !v->core.p.preempt);
	check_hold(v);
	check_history(v);
}
