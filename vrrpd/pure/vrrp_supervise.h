/*
 * vrrp_supervise.h - when to give an engine up, and when to start the next.  PURE.
 *
 * The judgement; vrrpd/monitor/vrrp_monitor.h is the other half, which carries it
 * out.
 *
 * Pulse: the engine's loop shows every VRRP_BEAT_NS that it turns.  When it has
 * not for VRRP_LOOK_NS, the monitor looks what the process is doing
 * (vrrp_vital.h), and again with every beat that is missing.  Time in which the
 * engine was kept from running, by others or by the kernel, is not its fault: it
 * is killed when the rest of its silence has lasted for the one deadline
 * of vrrp_patience.h, or the whole of it for the other, so that its last will can
 * be carried out.  Long work (a start, a reload, leaving) is announced and has
 * its own, longer deadline.  The judge must not have been asleep itself: time
 * in which the monitor did not run counts for nobody (L-32).
 *
 * Back-off: an engine that dies is started again at once, one that dies young
 * again and again ever later.
 */
#ifndef VRRPD_VRRP_SUPERVISE_H
#define VRRPD_VRRP_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_patience.h"
#include "vrrpd/pure/vrrp_vital.h"

/* How far the engine is, in its own words (VRRP_MSG_PHASE). */
enum vrrp_phase {
	VRRP_PHASE_STARTING,
	VRRP_PHASE_READY,
	VRRP_PHASE_RELOADING,
	VRRP_PHASE_LEAVING,
};
#define VRRP_PHASE_COUNT	4
/* May an engine that is in one phase say that it is in the other? */
bool	vrrp_phase_may(enum vrrp_phase from, enum vrrp_phase to);

#define VRRP_BEAT_NS		(50 * NS_PER_MS)
#define VRRP_LOOK_NS		(2 * VRRP_BEAT_NS)
/* Starting, reloading, leaving: devices by the hundred. */
#define VRRP_PULSE_WORK_NS	(30 * NS_PER_S)

#define VRRP_YOUNG_NS		(10 * NS_PER_S)
#define VRRP_BACKOFF_FIRST_NS	(100 * NS_PER_MS)
#define VRRP_BACKOFF_MAX_NS	(10 * NS_PER_S)

struct vrrp_pulse {
	enum vrrp_phase	phase;
	mono_t		seen;		/* the last sign of life */
	int64_t		hang_ns, wait_ns;	/* in VRRP_PHASE_READY */
	/* Of the silence since `seen`; all zero before the first look. */
	mono_t		looked;		/* the last look; 0: none yet */
	struct vrrp_vital vital;	/* as of then */
	enum vrrp_vital_verdict verdict;	/* as of then */
	int64_t		ran_ns, waited_ns;	/* between the last two looks */
	int64_t		kept_ns;	/* in which it was kept from running */
};

/* realtime: the engine is to ask for a real-time priority. */
void	vrrp_pulse_start(struct vrrp_pulse *, mono_t now, bool realtime);
/* The engine has said so of itself and its peers. */
void	vrrp_pulse_patience(struct vrrp_pulse *, const struct vrrp_patience *);
void	vrrp_pulse_seen(struct vrrp_pulse *, mono_t now);
void	vrrp_pulse_phase(struct vrrp_pulse *, mono_t now, enum vrrp_phase);
/* The monitor itself was absent: the engine gets its whole time again. */
void	vrrp_pulse_absent(struct vrrp_pulse *, mono_t until);
/* Silent for longer than this instant, as far as is known: to be killed. */
mono_t	vrrp_pulse_deadline(const struct vrrp_pulse *);
/*
 * If nothing is heard until this instant, look, and judge again: the deadline,
 * or earlier.
 */
mono_t	vrrp_pulse_look_at(const struct vrrp_pulse *);
/* A look at now, in a silence, has found that. May move the deadline. */
void	vrrp_pulse_look(struct vrrp_pulse *, mono_t now,
	    const struct vrrp_vital *);

struct vrrp_backoff {
	unsigned	young;		/* deaths in a row, each soon after its start */
};

/* The engine started at `started` died at now: wait this long, 0 first. */
int64_t	vrrp_backoff_next_ns(struct vrrp_backoff *, mono_t started,
	    mono_t now);

#endif
