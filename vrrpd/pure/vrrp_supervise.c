/*
 * vrrp_supervise.c - the judgement of the monitor, without the monitor.
 *
 * The figures are in vrrp_patience.c, the rule that tells hanging from being kept
 * is in vrrp_vital.c; here they come together.  vrrp_pulse_absent() makes so
 * short deadlines safe: when the whole machine was asleep, the monitor was too.
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
	assert(p->hang_ns > 0 && p->wait_ns >= p->hang_ns);
	assert(!mono_is_never(p->seen));
	assert(p->kept_ns >= 0 && (p->looked.ns != 0 || p->kept_ns == 0));
}

void
vrrp_pulse_start(struct vrrp_pulse *p, mono_t now, bool realtime)
{
	const struct vrrp_patience unknown = { .realtime = realtime };

	*p = (struct vrrp_pulse){
		.phase = VRRP_PHASE_STARTING,
		.seen = now,
	};
	vrrp_pulse_patience(p, &unknown);
}

void
vrrp_pulse_patience(struct vrrp_pulse *p, const struct vrrp_patience *patience)
{
	p->hang_ns = vrrp_patience_hang_ns(patience);
	p->wait_ns = vrrp_patience_wait_ns(patience);
	check(p);
}

void
vrrp_pulse_seen(struct vrrp_pulse *p, mono_t now)
{
	if (!mono_before(p->seen, now))
		return;
	p->seen = now;
	p->looked = (mono_t){ 0 };
	p->kept_ns = p->ran_ns = p->waited_ns = 0;
	p->verdict = VRRP_VITAL_UNKNOWN;
	check(p);
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

static mono_t
earlier(mono_t a, mono_t b)
{
	return mono_before(a, b) ? a : b;
}

mono_t
vrrp_pulse_deadline(const struct vrrp_pulse *p)
{
	return p->phase != VRRP_PHASE_READY ?
	    mono_add(p->seen, VRRP_PULSE_WORK_NS) :
	    earlier(mono_add(p->seen, p->hang_ns + p->kept_ns),
	    mono_add(p->seen, p->wait_ns));
}

mono_t
vrrp_pulse_look_at(const struct vrrp_pulse *p)
{
	mono_t next = p->looked.ns == 0 ? mono_add(p->seen, VRRP_LOOK_NS) :
	    mono_add(p->looked, VRRP_BEAT_NS);

	return p->phase != VRRP_PHASE_READY ? vrrp_pulse_deadline(p) :
	    earlier(next, vrrp_pulse_deadline(p));
}

void
vrrp_pulse_look(struct vrrp_pulse *p, mono_t now,
    const struct vrrp_vital *vital)
{
	bool first = p->looked.ns == 0;
	int64_t elapsed_ns = mono_sub(now, first ? p->seen : p->looked);

	p->verdict = vrrp_vital_judge(first ? NULL : &p->vital, vital,
	    elapsed_ns);
	if (vrrp_vital_is_kept(p->verdict))
		p->kept_ns += elapsed_ns;
	if (!first && p->vital.known && vital->known) {
		p->ran_ns = vital->run_ns - p->vital.run_ns;
		p->waited_ns = vital->wait_ns - p->vital.wait_ns;
	}
	p->vital = *vital;
	p->looked = now;
	check(p);
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
