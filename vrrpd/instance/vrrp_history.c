/*
 * vrrp_history.c - the last transitions of an instance, step by step.
 *
 * Each transition is written down when the state machine has decided, with what
 * is known about the event behind it; the steps that follow (advert, addresses,
 * announcements, the kernel's answer) are filled in by whoever takes them.
 * Numbers count all transitions there ever were; the VRRP_HISTORY_MAX newest are
 * kept.  What RFC 8347 calls up-time, last-event and master-transitions is kept
 * here too.
 *
 * Nothing is said here: vrrp_words.c and the control socket do that, later.
 */
#include "config.h"

#include <string.h>

#include "shared/loop.h"
#include "vrrpd/instance/vrrp_history.h"

const char *
vrrp_step_name(enum vrrp_step step)
{
	static const char *const names[] = {
#define X(id, word) word,
		VRRP_STEPS(X)
#undef X
	};

	return names[step];
}

struct vrrp_record *
vrrp_history_at(struct vrrp_instance *v, uint64_t number)
{
	return &v->history[number % VRRP_HISTORY_MAX];
}

uint64_t
vrrp_history_number(const struct vrrp_instance *v, const struct vrrp_record *r)
{
	uint64_t newest = v->history_count - 1;
	uint64_t at = (uint64_t)(r - v->history);

	return newest - (newest + VRRP_HISTORY_MAX - at) % VRRP_HISTORY_MAX;
}

const struct vrrp_record *
vrrp_history_record(const struct vrrp_instance *v, unsigned i)
{
	if (i >= VRRP_HISTORY_MAX || i >= v->history_count)
		return NULL;
	return &v->history[(v->history_count - 1 - i) % VRRP_HISTORY_MAX];
}

struct vrrp_record *
vrrp_history_add(struct vrrp_instance *v, const struct vrrp_transition *tr,
    const struct vrrp_moment *m)
{
	struct vrrp_record *r;
	int i;

	r = vrrp_history_at(v, v->history_count++);
	memset(r, 0, sizeof(*r));
	for (i = 0; i < VRRP_STEP_COUNT; i++)
		r->step[i] = MONO_NEVER;
	r->tr = *tr;
	if (v->fresh)		/* the core has no clock to count from */
		r->tr.in_state_ns = mono_sub(loop_clock(), v->created);
	r->time_real_ns = loop_realtime_ns();
	r->step[VRRP_STEP_LAST_HEARD] = m->last_heard;
	r->step[VRRP_STEP_DETECTED] = mono_is_never(m->detected) ? tr->due :
	    m->detected;
	r->step[VRRP_STEP_RECEIVED] = m->received;
	r->step[VRRP_STEP_DECIDED] = loop_clock();
	v->last_event = tr->cause;
	if (tr->to == VRRP_ACTIVE)
		v->stats.master_transitions++;
	if (tr->from == VRRP_INITIALIZE) {
		v->up_since = r->step[VRRP_STEP_DECIDED];
		v->up_since_real_ns = r->time_real_ns;
		v->fresh = false;
	}
	if (tr->to == VRRP_INITIALIZE)
		v->down_cause = tr->cause;
	return r;
}

void
vrrp_history_inherit(struct vrrp_instance *v, const struct vrrp_instance *old)
{
	unsigned i;

	v->fresh = false;
	v->created = old->created;
	v->created_real_ns = old->created_real_ns;
	v->stats = old->stats;
	memcpy(v->history, old->history, sizeof(v->history));
	for (i = 0; i < VRRP_HISTORY_MAX; i++)
		v->history[i].awaits_ack = false;
	v->history_count = old->history_count;
	v->logged = old->logged;
	v->published = old->published;
	v->up_since = old->up_since;
	v->up_since_real_ns = old->up_since_real_ns;
	v->last_event = old->last_event;
}
