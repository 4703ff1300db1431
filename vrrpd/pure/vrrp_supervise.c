/*
 * vrrp_supervise.c - the judgement of the monitor, without the monitor.
 *
 * The deadline is a quarter of a second, five beats, for an engine of real-time
 * priority: longer than a virtual machine sleeps now and then, and short enough
 * that the addresses of a hung engine do not stay for long beside those of its
 * successor.  vrrp_pulse_absent() makes so short a deadline safe: when the whole
 * machine was asleep, the monitor was too.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/pure/vrrp_supervise.h"

bool
vrrp_phase_may(enum vrrp_phase from, enum vrrp_phase to)
{
	switch (from) {
	case VRRP_PHASE_STARTING:
	case VRRP_PHASE_RELOADING:
		return to == VRRP_PHASE_READY || to == VRRP_PHASE_LEAVING;
	case VRRP_PHASE_READY:
		return to == VRRP_PHASE_RELOADING || to == VRRP_PHASE_LEAVING;
	case VRRP_PHASE_LEAVING:
		/* Said when leaving begins and again when the engine closes. */
		return to == VRRP_PHASE_LEAVING;
	}
	return false;
}

/* Holds once an engine was started. */
static void
check(const struct vrrp_pulse *p)
{
	assert(p->phase < VRRP_PHASE_COUNT);
	assert(p->allowed_ns > 0);
	assert(!mono_is_never(p->seen));
}

void
vrrp_pulse_start(struct vrrp_pulse *p, mono_t now, bool realtime)
{
	*p = (struct vrrp_pulse){
		.phase = VRRP_PHASE_STARTING,
		.seen = now,
		.allowed_ns = realtime ? VRRP_PULSE_NS : VRRP_PULSE_SHARED_NS,
	};
	check(p);
}

void
vrrp_pulse_seen(struct vrrp_pulse *p, mono_t now)
{
	if (mono_before(p->seen, now))
		p->seen = now;
}

void
vrrp_pulse_phase(struct vrrp_pulse *p, mono_t now, enum vrrp_phase phase)
{
	p->phase = phase;
	vrrp_pulse_seen(p, now);
	check(p);
}

void
vrrp_pulse_absent(struct vrrp_pulse *p, mono_t until)
{
	vrrp_pulse_seen(p, until);
}

mono_t
vrrp_pulse_deadline(const struct vrrp_pulse *p)
{
	return mono_add(p->seen, p->phase == VRRP_PHASE_READY ?
	    p->allowed_ns : VRRP_PULSE_WORK_NS);
}

int64_t
vrrp_backoff_next_ns(struct vrrp_backoff *b, mono_t started, mono_t now)
{
	int64_t ns = VRRP_BACKOFF_FIRST_NS;
	unsigned i;

	if (mono_sub(now, started) >= VRRP_YOUNG_NS) {
		b->young = 0;
		return 0;
	}
	if (b->young < 32)
		b->young++;
	if (b->young == 1)
		return 0;
	for (i = 2; i < b->young && ns < VRRP_BACKOFF_MAX_NS; i++)
		ns *= 2;
	return ns < VRRP_BACKOFF_MAX_NS ? ns : VRRP_BACKOFF_MAX_NS;
}
