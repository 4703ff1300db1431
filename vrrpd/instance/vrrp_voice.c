/*
 * vrrp_voice.c - a new Active keeps silent until it can answer.
 *
 * Where the former Active still answers (a resignation, a preemption) the addresses
 * come first and the words after them, so that no request falls in between.  The
 * kernel is done with an IPv4 address when it answers; an IPv6 address takes a work
 * queue's turn more, and what the device would send meanwhile is dropped (quietly,
 * vrrp_vip.c).  So the advert and the announcements are held until the kernel tells
 * of the last address, and a moment after, or HELD_MAX_NS.  The members of a group
 * wait for each other in the same way (vrrp_sync.c).
 *
 * While something is held, an Active says nothing else either: not to a lesser one
 * that advertises in its turn (V-71), not where a session comes up, not because the
 * file was changed.  Each such word would draw the switch's port here, and requests
 * with it, whose senders the kernel would solicit in vain and not again for a second
 * (retrans_time_ms).
 *
 * Called by vrrp_machine.c, and by vrrp_instance.c with the kernel's news.
 */
#include "config.h"

#include "vrrpd/instance/vrrp_voice.h"

#include "shared/loop.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_send.h"
#include "vrrpd/linux/vrrp_vip.h"

#define HELD_MAX_NS	(2 * NS_PER_MS)
#define HELD_SETTLE_NS	(200 * NS_PER_US)
#define WORDS		((uint32_t)VRRP_DO_SEND_ADVERT | VRRP_DO_ANNOUNCE)

void
vrrp_voice_speak(struct vrrp_instance *v, uint32_t todo)
{
	struct vrrp_record *r = vrrp_history_at(v, v->held_record);

	(void)vrrp_vip_speak(v->vips);
	if (todo & VRRP_DO_SEND_ADVERT) {
		vrrp_send_advert(v, v->core.p.priority);
		r->step[VRRP_STEP_ADVERT_SENT] = loop_clock();
	}
	if (todo & VRRP_DO_ANNOUNCE) {
		vrrp_send_announce(v, true);
		r->step[VRRP_STEP_ANNOUNCED] = loop_clock();
	}
}

static void
release(struct vrrp_instance *v)
{
	uint32_t todo = v->held;

	v->held = 0;
	loop_timer_set(v->held_timer, MONO_NEVER);
	if (v->core.state == VRRP_ACTIVE && v->vips != NULL)
		vrrp_voice_speak(v, todo);
}

static void
held_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	release(arg);
}

uint32_t
vrrp_voice_hold(struct vrrp_instance *v, uint32_t todo)
{
	char what[64];

	if (v->vips == NULL || (v->p.family != AF_INET6 && !v->together))
		return todo;
	if (!v->together && (v->batch_error != 0 ||
	    !vrrp_hold_misses(v, what, sizeof(what)))) {
		(void)vrrp_vip_speak(v->vips);
		return todo;
	}
	v->held = todo & WORDS;
	v->held_record = v->history_count - 1;
	if (!v->together)
		loop_timer_set(v->held_timer, mono_add(loop_clock(),
		    HELD_MAX_NS));
	return todo & ~v->held;
}

uint32_t
vrrp_voice_filter(struct vrrp_instance *v, uint32_t todo)
{
	if (v->held == 0 || (todo & VRRP_DO_TRANSITION) ||
	    v->core.state != VRRP_ACTIVE)
		return todo;
	v->held |= todo & WORDS;
	return todo & ~WORDS;
}

void
vrrp_voice_address_came(struct vrrp_instance *v, int ifindex)
{
	const struct vrrp_vip_address *a;
	char what[64];
	unsigned i;

	if (v->held == 0 || v->vips == NULL)
		return;
	a = vrrp_vip_addresses(v->vips);
	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (a[i].ifindex == ifindex)
			break;
	if (i == vrrp_params_addresses(&v->p) || vrrp_hold_misses(v, what, sizeof(what)))
		return;
	/*
	 * The kernel says so just before it makes the route to the address; a
	 * real-time process must let it go on.
	 */
	loop_timer_set(v->held_timer, mono_add(loop_clock(), HELD_SETTLE_NS));
}

bool
vrrp_voice_init(struct vrrp_instance *v)
{
	v->held_timer = loop_timer_new(v->env->loop, held_cb, v);
	return v->held_timer != NULL;
}

void
vrrp_voice_free(struct vrrp_instance *v)
{
	loop_timer_free(v->held_timer);
}
